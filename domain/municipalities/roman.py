"""Romanization of katakana as on road signs, for machines that read no Japanese, such as code readers.

Source: the table in the Ministry of Land's notice on road signs, which is revised Hepburn without macrons.
"""

import re

_ROWS = {
    "": "アイウエオ",
    "K": "カキクケコ",
    "S": "サシスセソ",
    "T": "タチツテト",
    "N": "ナニヌネノ",
    "H": "ハヒフヘホ",
    "M": "マミムメモ",
    "Y": "ヤ　ユ　ヨ",
    "R": "ラリルレロ",
    "W": "ワヰ　ヱヲ",
    "G": "ガギグゲゴ",
    "Z": "ザジズゼゾ",
    "D": "ダヂヅデド",
    "B": "バビブベボ",
    "P": "パピプペポ",
}
_ODD = {
    "シ": "SHI",
    "チ": "CHI",
    "ツ": "TSU",
    "フ": "FU",
    "ジ": "JI",
    "ヂ": "JI",
    "ヅ": "ZU",
    "ヲ": "O",
    "ヰ": "I",
    "ヱ": "E",
    "ン": "N",
    "ー": "",
    "ヴ": "BU",
    "シャ": "SHA",
    "シュ": "SHU",
    "ショ": "SHO",
    "チャ": "CHA",
    "チュ": "CHU",
    "チョ": "CHO",
    "ジャ": "JA",
    "ジュ": "JU",
    "ジョ": "JO",
    "ヂャ": "JA",
    "ヂュ": "JU",
    "ヂョ": "JO",
}
_TABLE = {
    **{kana: row + vowel for row, line in _ROWS.items() for kana, vowel in zip(line, "AIUEO", strict=True)},
    **{
        line[1] + small: row + "Y" + vowel
        for row, line in _ROWS.items()
        for small, vowel in zip("ャュョ", "AUO", strict=True)
        if row
    },
    **_ODD,
}
_SOUND = re.compile(".[ャュョ]|.")
_LONG = re.compile("OU|OO|UU")


def romanised(katakana: str, longest: int) -> str:
    """Romanize in upper case, to at most `longest` letters. Characters outside the table are left out."""
    letters, doubled = "", False
    for sound in _SOUND.findall(katakana):
        if sound == "ッ":
            doubled = True
            continue
        syllable = _TABLE.get(sound, "")
        if doubled and syllable:
            syllable = ("T" if syllable.startswith("CH") else syllable[0]) + syllable
        letters, doubled = letters + syllable, False
    # N before B, M and P is written M; long vowels are written once.
    letters = re.sub("N(?=[BMP])", "M", letters)
    return _LONG.sub(lambda match: match[0][0], letters)[:longest]
