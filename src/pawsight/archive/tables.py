"""The index's tables. `migrations/` builds the same; a test compares them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, ForeignKey, LargeBinary, MetaData, String, TypeDecorator, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Utc(TypeDecorator[datetime]):
    """Points in time, stored as UTC without a zone, so that both databases sort and group them alike."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """What all tables share: names for their indexes and constraints, for migrations to call them by."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Utc, dict[str, float]: JSON, list[int]: JSON}  # noqa: RUF012


class EntryRow(Base):
    """One upload; `entry.Entry` says what the fields mean."""

    __tablename__ = "entries"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    created: Mapped[datetime] = mapped_column(index=True)
    stored: Mapped[str | None] = mapped_column(String(64), index=True)
    uploaded: Mapped[str] = mapped_column(String(64), index=True)
    format: Mapped[str] = mapped_column(String(8))
    bytes: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int]
    height: Mapped[int]
    model: Mapped[str] = mapped_column(index=True)
    label: Mapped[str]
    verdict: Mapped[str] = mapped_column(index=True)
    scores: Mapped[dict[str, float]]
    confidence: Mapped[float] = mapped_column(index=True)
    milliseconds: Mapped[float]
    visitor: Mapped[str] = mapped_column(String(64), index=True)
    correction: Mapped[str | None] = mapped_column(index=True)
    corrected: Mapped[datetime | None]


class DetailsRow(Base):
    """What is large and seldom read; the picture behind the features, so that a search does not touch it."""

    __tablename__ = "details"

    entry: Mapped[str] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True)
    shape: Mapped[list[int]]
    features: Mapped[bytes] = mapped_column(LargeBinary)
    maps: Mapped[bytes] = mapped_column(LargeBinary)
    thumbnail: Mapped[bytes] = mapped_column(LargeBinary)
    looks_like: Mapped[list[dict[str, Any]]] = mapped_column(JSON, server_default=text("'[]'"))


class CorrectionRow(Base):
    """One thing that a person said about an upload; the newest counts, None takes all back."""

    __tablename__ = "corrections"

    number: Mapped[int] = mapped_column(primary_key=True)
    entry: Mapped[str] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    label: Mapped[str | None]


class DeletionRow(Base):
    """A file whose last upload was deleted, until it is off the disk: a crash in between loses nothing of that."""

    __tablename__ = "leaving"

    stored: Mapped[str] = mapped_column(String(64), primary_key=True)
    format: Mapped[str] = mapped_column(String(8))
