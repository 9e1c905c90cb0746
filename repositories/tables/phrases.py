"""What organisations add to the lexicon of forbidden phrases."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from repositories.tables.columns import moment, text


class OrganisationPhraseRow(SQLModel, table=True):
    """A phrase an organisation does not want to be said; who gave it its present wording, and when."""

    __tablename__ = "organisation_phrase"

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisation.id")
    id: str = text(primary_key=True)
    phrase: str = text()
    why: str = text()
    instead: str = text()
    added_by: UUID = Field(foreign_key="employee.id")
    added_at: datetime = moment()
