"""Words and strings that fill the templates.

Made-up strings are drawn without lists, so that the model has to learn to copy and cannot
learn the strings. Evaluation also draws from `UNSEEN`, words that training never shows.
"""

from __future__ import annotations

import random
import string

CITIES = """Paris London Berlin Tokyo Madrid Rome Vienna Oslo Lima Cairo Delhi Sydney Boston
Chicago Toronto Dublin Lisbon Athens Prague Warsaw Helsinki Stockholm Copenhagen Amsterdam Brussels
Zurich Geneva Milan Naples Venice Florence Barcelona Valencia Seville Porto Hamburg Munich Cologne
Frankfurt Leipzig Dresden Bremen Lyon Marseille Toulouse Nice Bordeaux Lille Seattle Denver Austin
Dallas Houston Miami Atlanta Portland Phoenix Detroit Montreal Vancouver Ottawa Mexico Bogota Quito
Santiago Cusco Havana Nairobi Lagos Accra Tunis Dakar Mumbai Chennai Kolkata Bangkok Hanoi Manila
Jakarta Singapore Seoul Osaka Kyoto Beijing Shanghai Perth Melbourne Auckland Istanbul Ankara Tehran
Baghdad Riyadh Dubai Doha Kyiv Minsk Riga Vilnius Tallinn Reykjavik Bern Basel Graz Linz Salzburg
Budapest Sofia Belgrade Zagreb Sarajevo Skopje Tirana Bucharest Krakow Gdansk Bergen Malmo Tampere
Nagoya Sapporo Fukuoka Brisbane Adelaide Wellington Calgary Halifax Tucson Omaha Memphis""".split()
CITIES += [
    "New York",
    "San Francisco",
    "Los Angeles",
    "Buenos Aires",
    "Cape Town",
    "Hong Kong",
    "Sao Paulo",
    "Tel Aviv",
    "Las Vegas",
    "San Diego",
    "Kuala Lumpur",
    "Addis Ababa",
]

NAMES = """Ada Alan Grace Linus Anna Ben Clara David Emma Felix Greta Hugo Iris Jonas Karl Lena
Maria Noah Olga Paul Rosa Simon Tina Uwe Vera Walter Yara Zoe Alice Bob Carol Dan Eve Frank Gina
Henry Ivan Julia Kim Laura Max Nina Oscar Peter Quinn Rita Sam Tom Ursula Victor Wendy Xenia Yusuf
Zara Amir Bianca Carlos Diego Elena Fatima Giorgio Hana Ines Jorge Kenji Leila Mateo Nadia Omar
Priya Ravi Sofia Tariq Vikram Wei Yuki Mary John James Robert Linda Susan Michael""".split()

NOUNS = """weather price status balance address score level temperature population distance
schedule menu recipe order invoice ticket flight train hotel room table song album movie book
article report document file folder image photo video message email note task event meeting
reminder alarm timer light lamp door window heater fan robot printer camera phone laptop server
database backup log user account customer contact team player game match stock currency rate loan
tax salary budget product package parcel shipment route map road bridge river lake mountain island
forest garden flower tree fruit apple bread cheese coffee tea soup cake pizza planet star moon
comet galaxy atom molecule metal engine car bus bike boat plane ship horse dog cat bird fish
language word sentence translation definition synonym poem story joke quote fact rule law vote
speed height weight age color size shape sound signal sensor battery voltage humidity pressure
owner version license branch issue commit release channel playlist podcast lesson course exam grade
holiday birthday wedding ferry tunnel castle museum""".split()

ADJECTIVES = """small big red green blue old new fast slow quiet loud happy sad clever brave cold
warm sweet sour bright dark soft hard round flat tall short deep rich poor young kind wild calm
gentle proud silver golden hidden lazy busy empty full""".split()

ANIMALS = """llama alpaca swift swallow cat dog horse owl fox bear wolf mouse rabbit turtle whale
dolphin tiger lion zebra giraffe penguin eagle sparrow frog snail bee ant spider goat sheep cow
duck goose otter beaver hedgehog badger""".split()

COLORS = "red green blue yellow orange purple black white brown pink gray violet teal".split()
FOODS = """pizza pasta bread cheese soup rice salad cake apples bananas chocolate curry tacos sushi
noodles pancakes dumplings olives""".split()
HOBBIES = """chess swimming reading cooking painting hiking dancing singing gardening football
tennis running sailing knitting fishing""".split()
UNITS = "celsius fahrenheit metric imperial kelvin".split()
LANGUAGES = "German French Spanish Italian Dutch Polish Greek Turkish Japanese Korean Hindi".split()
COMMON = """the a of and in to is it on with for from that this here there we you they has was
will can not more some every under over after before near between time way day night house water
world life hand part place week point home work school country city family group problem money
light voice paper music bird sky wind rain snow sun sea""".split()

VERBS = """get find check look_up search fetch show read set create add delete remove send update
start stop open close book order cancel convert count list play save load move copy rename print
share rate track measure compare""".split()

PARAMETERS = """location city place name user title topic query text message subject code id key
value item product category type color size unit language currency date day time year month
duration amount count limit number quantity level speed temperature volume width height address
email phone path file folder url symbol channel room device team player genre artist song
destination origin source target format mode priority status tag reason zone station""".split()

CONSONANTS = "b c d f g h j k l m n p r s t v w z br dr fl gr kl pl qu sh st th tr".split()
VOWELS = "a e i o u a e i o u ai ee ou".split()
ENDINGS = ["", "", "", "n", "r", "s", "l", "x", "k", "m", "nd", "rt"]

UNSEEN = """glacier telescope harvest violin kettle lantern marble orchard pebble quarry ribbon
saddle thunder compass valley walnut anchor basket candle dagger feather goblet
hammer jacket ladder meadow needle oyster parrot rocket shovel trumpet turnip velvet
whistle cactus dungeon fossil granite hamlet ivory jungle kennel lobster mantle nectar
oatmeal pepper quiver rooster satchel tavern""".split()


class Words:
    """Random material; with `held_out` also words that training never shows."""

    def __init__(self, rng: random.Random, held_out: bool, pieces: list[str]) -> None:
        self.rng = rng
        self.held_out = held_out
        self.pieces = pieces

    def pick(self, items: list[str]) -> str:
        """One entry of a list, or its like out of `UNSEEN`."""
        if self.held_out and self.rng.random() < 0.6:
            word = self.rng.choice(UNSEEN)
            return word.capitalize() if items[0][0].isupper() else word
        return self.rng.choice(items)

    def made_up(self) -> str:
        """A lower-case word that does not exist: syllables, or pieces of the vocabulary."""
        r = self.rng
        if self.pieces and r.random() < 0.5:
            return "".join(r.choice(self.pieces) for _ in range(r.choice((1, 2, 2, 3)))).lower()
        count = r.choice((1, 2, 2, 2, 3))
        body = "".join(r.choice(CONSONANTS) + r.choice(VOWELS) for _ in range(count))
        return body + r.choice(ENDINGS)

    def digits(self, low: int = 1, high: int = 6) -> str:
        """A string of digits without a leading zero."""
        count = self.rng.randint(low, high)
        return str(self.rng.randint(1, 9)) + "".join(
            str(self.rng.randint(0, 9)) for _ in range(count - 1)
        )

    def identifier(self) -> str:
        """A code, path, address, date or the like."""
        r = self.rng
        upper = "".join(r.choice(string.ascii_uppercase) for _ in range(r.randint(1, 3)))
        kind = r.randrange(9)
        if kind == 0:
            return f"{upper}-{self.digits(1, 4)}"
        if kind == 1:
            return upper + self.digits(1, 4)
        if kind == 2:
            return f"{self.word()}-{self.digits(1, 4)}"
        if kind == 3:
            return "".join(r.choice("0123456789abcdef") for _ in range(r.randint(4, 8)))
        if kind == 4:
            return f"{self.pick(NAMES).lower()}@{self.made_up()}.{r.choice(('com', 'org', 'net'))}"
        if kind == 5:
            folders = "/".join(self.word() for _ in range(r.randint(1, 3)))
            return f"/{folders}{r.choice(('', '.txt', '.md', '.json', '.swift', '.py'))}"
        if kind == 6:
            return f"{r.randint(1950, 2049)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}"
        if kind == 7:
            return f"{r.randint(0, 23):02}:{r.randint(0, 59):02}"
        return f"{self.word()}.{r.choice(('txt', 'md', 'json', 'swift', 'py', 'csv', 'log'))}"

    def word(self) -> str:
        """A lower-case word, real or made up."""
        r = self.rng
        if r.random() < 0.5:
            return self.made_up()
        return self.pick(r.choice((NOUNS, ADJECTIVES, ANIMALS, COLORS, FOODS, COMMON)))

    def proper(self) -> str:
        """A capitalised name of a place, a person or nothing in particular."""
        kind = self.rng.random()
        if kind < 0.3:
            return self.pick(CITIES)
        if kind < 0.5:
            return self.pick(NAMES)
        return self.made_up().capitalize()

    def place(self) -> str:
        """A city: known, made up, now and then in lower case."""
        kind = self.rng.random()
        name = self.pick(CITIES) if kind < 0.6 else self.made_up().capitalize()
        if kind > 0.9:
            name = f"{self.rng.choice(('New', 'San', 'Port', 'Bad', 'Saint'))} {name}"
        return name.lower() if self.rng.random() < 0.06 else name

    def person(self) -> str:
        """A first name: known or made up."""
        return self.pick(NAMES) if self.rng.random() < 0.5 else self.made_up().capitalize()

    def phrase(self, low: int = 1, high: int = 5) -> str:
        """Some words in a row."""
        return " ".join(self.word() for _ in range(self.rng.randint(low, high)))

    def thing(self) -> str:
        """Any short string worth copying."""
        kind = self.rng.random()
        if kind < 0.35:
            return self.proper()
        if kind < 0.6:
            return self.phrase(1, 3)
        if kind < 0.85:
            return self.identifier()
        return self.digits()
