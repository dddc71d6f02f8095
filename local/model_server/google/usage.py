"""What an answer of a Gemini model used, in tokens: the same for every dialect that tells it."""

from dataclasses import dataclass
from random import Random

from local.model_server.ask import Ask
from local.model_server.dialect import Made


@dataclass(frozen=True, slots=True)
class Count:
    words: int  # of the prompt
    pictures: int  # given as references
    image: int
    text: int
    thoughts: int

    @property
    def given(self) -> int:
        return self.words + self.pictures

    def usd(self, ask: Ask) -> float | None:
        """What they cost at their maker; thinking is text (model-apis.md section 4.2). None at a gateway's price."""
        if ask.usd is not None:
            return None
        per = ask.model.usd_per_million
        text, given = self.text + self.thoughts, self.given
        total = given * per["text_in"] + text * per["text_out"] + self.image * per["image_out"]
        return round(ask.share * total / 1e6, 6)

    @property
    def total(self) -> int:
        return self.given + self.image + self.text + self.thoughts


def counted(made: Made, text: int = 0, *, thought: bool = True) -> Count:
    ask, fate = made.ask, made.fate
    image = ask.n * ask.model.tokens.get(fate.size or ask.size, ask.model.tokens["1K"]) if made.shots else 0
    thoughts = Random(made.identity).randint(225, 675) if ask.model.thinks and thought else 0
    return Count(max(1, len(ask.prompt) // 4), ask.references * ask.model.input_tokens, image, text, thoughts)
