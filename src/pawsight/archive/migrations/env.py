"""What Alembic runs for every command; the connection, with its transaction, comes from `pawsight.archive.migrate`."""

from alembic import context

from pawsight.archive.tables import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, transactional_ddl=True
)
context.run_migrations()
