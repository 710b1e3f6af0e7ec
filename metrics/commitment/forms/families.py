"""Words for options that are all genders, all emotions, all languages or all animals, in English and other languages.

The options of a question have the further forms of a family only if every one of them is a member, and no two the same one: "a woman" names ``female`` among
``male`` and ``female``, "Deutsch" names ``German`` among languages. Labels without letters have the aliases that their task declares, and no others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

_GENDERS: Final = (
    "child|kid|boy|girl|toddler|infant|enfant|niño|niña|bambino|bambina|criança|ребёнок|ребенок|孩子|儿童|小孩|子供|아이",
    "male|man|men|males|masculine|boy|guy|gentleman|bloke|fellow|lad|gent|male voice|mann|männlich|männliche|männlicher|homme|masculin|hombre|masculino|uomo|maschile|homem|мужчина|мужской|男性|男|男声|男人|남성|남자",
    "female|woman|women|females|feminine|girl|lady|lass|gal|female voice|frau|weiblich|weibliche|weiblicher|femme|féminin|féminine|mujer|femenino|femenina|donna|femminile|mulher|feminino|feminina|женщина|женский|女性|女|女声|女人|여성|여자",
)
_EMOTIONS: Final = (
    "anger|angry|angered|angrily|furious|fury|enraged|rage|irate|livid|outraged|infuriated|wrath|mad|wut|wütend|zorn|zornig|colère|en colère|ira|enojo|enojado|enojada|enfadado|enfadada|rabbia|arrabbiato|arrabbiata|raiva|гнев|сердито|злобно|гневно|злость|злой|злая|愤怒|憤怒|生气|怒り|怒って|분노|화남|화가",
    "disgust|disgusted|disgusting|revulsion|repulsed|revolted|ekel|angeekelt|dégoût|dégoûté|asco|disgusto|disgustato|nojo|отвращение|厌恶|厭惡|嫌悪|혐오",
    "fear|fearful|afraid|scared|frightened|terrified|terror|panicked|panicking|dread|angst|ängstlich|furcht|peur|miedo|temor|asustado|asustada|paura|spaventato|spaventata|medo|страх|испуганно|испуг|恐惧|恐懼|害怕|恐怖|恐れ|공포|두려움",
    "happiness|happy|joy|joyful|joyous|cheerful|delighted|elated|overjoyed|glad|happily|ecstatic|gleeful|freude|fröhlich|glücklich|joie|joyeux|joyeuse|heureux|heureuse|felicidad|alegría|feliz|alegre|contento|contenta|gioia|felice|felicità|alegria|felicidade|радость|радостно|весело|счастье|радостный|радостная|快乐|快樂|高兴|高興|开心|喜び|嬉しい|행복|기쁨",
    "neutral|neutrality|neutrally|emotionless|unemotional|no emotion|no particular emotion|no strong emotion|no clear emotion|without emotion|matter of fact|neutre|neutro|neutra|neutrale|нейтральный|нейтральная|нейтрально|中性|中立|ニュートラル|중립",
    "sadness|sad|saddened|sorrow|sorrowful|grief|heartbroken|melancholic|mournful|dejected|miserable|traurig|traurigkeit|trauer|tristesse|triste|tristeza|грусть|грустно|печально|печаль|грустный|грустная|悲伤|悲傷|难过|難過|伤心|悲しみ|悲しい|슬픔|슬픈",
    "surprise|surprised|astonished|astonishment|amazed|amazement|startled|shocked|stunned|taken aback|überraschung|überrascht|étonné|étonnée|sorpresa|sorprendido|sorprendida|sorpreso|surpresa|удивление|удивлённо|удивленно|удивлён|惊讶|驚訝|吃惊|驚き|놀람",
    "boredom|bored|langeweile|gelangweilt|ennui|aburrimiento|noia|скука|无聊|退屈|지루함",
    "excitement|excited|aufgeregt|begeistert|excité|emoción|emocionado|emocionada|激动|兴奋|興奮|흥분",
    "calm|calmness|calmly|ruhig|tranquilo|tranquila|tranquille|спокойный|спокойно|спокойная|平静|平靜|冷静|차분함",
    "frustration|frustrated|frustriert|frustrado|frustrada|沮丧",
)
_LANGUAGES: Final = (
    "english|englisch|anglais|inglés|inglese|inglês|английский|英语|英語|英文|영어|engels",
    "german|deutsch|allemand|alemán|tedesco|alemão|немецкий|德语|德語|ドイツ語|독일어|duits",
    "french|français|französisch|francés|francese|francês|французский|法语|法語|フランス語|프랑스어|frans",
    "spanish|español|castilian|castellano|spanisch|espagnol|spagnolo|espanhol|испанский|西班牙语|西班牙語|スペイン語|스페인어",
    "italian|italiano|italienisch|italien|итальянский|意大利语|義大利語|イタリア語|이탈리아어",
    "chinese|mandarin|mandarin chinese|中文|汉语|漢語|普通话|普通話|国语|國語|华语|中国語|중국어|chinesisch|chinois|chino|cinese|chinês|китайский",
    "japanese|日本語|日语|日語|日文|일본어|japanisch|japonais|japonés|giapponese|japonês|японский",
    "korean|한국어|韩语|韓語|韩文|韓国語|koreanisch|coréen|coreano|корейский",
    "russian|русский|russisch|russe|ruso|russo|俄语|俄語|ロシア語|러시아어",
    "portuguese|português|portugiesisch|portugais|portugués|portoghese|португальский|葡萄牙语|葡萄牙語|ポルトガル語|포르투갈어",
    "arabic|العربية|عربي|arabisch|arabe|árabe|arabo|арабский|阿拉伯语|阿拉伯語|アラビア語|아랍어",
    "hindi|हिन्दी|हिंदी|印地语|印地語|ヒンディー語|힌디어",
    "dutch|nederlands|niederländisch|néerlandais|neerlandés|holandés|olandese|holandês|荷兰语|オランダ語|네덜란드어",
    "turkish|türkçe|türkisch|turc|turco|土耳其语|トルコ語|터키어",
    "vietnamese|tiếng việt|vietnamesisch|vietnamien|vietnamita|越南语|ベトナム語|베트남어",
    "polish|polski|polnisch|polonais|polaco|polacco|波兰语|ポーランド語|폴란드어",
    "swedish|svenska|schwedisch|suédois|sueco|svedese|瑞典语|スウェーデン語|스웨덴어",
)
_ANIMALS: Final = (
    "cat|kitten|meow|meowing|meows|katze|kater|gato|gatto|кошка|кот|猫|貓|고양이",
    "dog|puppy|barking|bark|barks|woof|hund|chien|perro|cachorro|собака|狗|犬|개가 짖|개 짖|개 소리|개의 소리|강아지",
    "cow|cattle|moo|mooing|moos|kuh|vache|vaca|mucca|корова|牛|奶牛|소가 우|소 울음|황소|젖소",
    "pig|hog|piglet|swine|oink|oinking|schwein|cochon|porc|cerdo|maiale|porco|свинья|猪|豬|豚|돼지",
    "sheep|lamb|ewe|baa|schaf|mouton|oveja|pecora|ovelha|овца|羊|绵羊|羊の",
    "rooster|cockerel|cock a doodle doo|hahn|coq|gallo|galo|петух|公鸡|公雞|雄鶏|수탉",
    "hen|clucking|henne|huhn|poule|gallina|galinha|курица|母鸡|母雞|雌鶏|암탉",
    "duck|quack|quacking|ente|canard|pato|anatra|утка|鸭子|鴨子|鸭|アヒル|오리",
    "frog|frosch|grenouille|rana|rã|лягушка|青蛙|蛙|カエル|개구리",
    "crow|cawing|krähe|corbeau|corneille|cuervo|corvo|ворона|乌鸦|烏鴉|カラス|까마귀",
    "horse|neighing|whinny|pferd|cheval|caballo|cavallo|cavalo|лошадь",
    "bird|birds|birdsong|tweeting|vogel|oiseau|pájaro|uccello|pássaro|птица|鸟|鳥",
    "goat|ziege|chèvre|cabra|capra|коза|山羊|ヤギ|염소",
    "lion|löwe|lion|león|leone|leão|лев|狮子|獅子|ライオン|사자",
    "bee|biene|abeille|abeja|abelha|пчела|蜜蜂",
    "owl|hooting|eule|hibou|búho|gufo|coruja|сова|猫头鹰|貓頭鷹|フクロウ|부엉이",
    "wolf|loup|lobo|lupo|волк|狼|늑대",
    "donkey|braying|esel|âne|burro|asino|осёл|驴|ロバ|당나귀",
    "cricket|crickets|grille|grillon|grillo|сверчок|蟋蟀|コオロギ|귀뚜라미",
    "elephant|trumpeting|elefant|éléphant|elefante|слон|大象|ゾウ|코끼리",
    "monkey|affe|singe|scimmia|macaco|обезьяна|猴子|サル|원숭이",
)
_FAMILIES: Final = (_GENDERS, _EMOTIONS, _LANGUAGES, _ANIMALS)
_MEMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    form: tuple(group.split("|"))
    for family in _FAMILIES
    for group in family
    for form in group.split("|")
    if form.isascii()
}
_FAMILY_OF: Final[Mapping[str, int]] = {
    form: number
    for number, family in enumerate(_FAMILIES)
    for group in family
    for form in group.split("|")
}


def further_forms(keys: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the further forms of each option, none if not all are different members of one family.

    Args:
        keys: the options in the form that is compared.

    >>> [forms[:3] for forms in further_forms(["female", "male"])]
    [('female', 'woman', 'women'), ('male', 'man', 'men')]
    >>> further_forms(["female", "a drum"])
    ()
    """
    groups = [_MEMBERS.get(key) for key in keys if key]
    families = {_FAMILY_OF.get(key) for key in keys if key}
    if len(groups) < 2 or None in groups or len(families) > 1 or len(set(groups)) < len(groups):
        return ()
    return tuple(_MEMBERS.get(key, ()) for key in keys)
