"""What is wrong with a data set before anybody trains on it. Needs the extra `learn`.

from pawsight.data import open_dataset
from pawsight.data.check.run import check

classifier = Classifier.load("default")
findings = check(open_dataset(Path("catsdogs")), classifier.session, classifier.card.input.size, classifier.card.id)
findings.label_suspects[0]  # Suspect(path='...', label='cat', suggested='neither', score=0.99)
"""
