"""Statements of replies to BBH in six languages, in the English words that the readings of the sub-tasks know.

A reply is taken clause by clause. A clause that states the fact of the sub-task, a leading yes or no, a condition and a doubt
become English ones; every other clause stays as it is, and so does the whole reply if nothing in it is foreign. The forms are closed: a
clause counts only if it is one of them from its beginning (Chinese) or to its end (Japanese, Korean), so that what is asked or told does not count.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from metrics.text import late as re

_BACK: Final = "you return to the start"
_NOT_BACK: Final = "you do not return to the start"
_AWAY: Final = "you are two steps away from the start"
_PLAUSIBLE: Final = "it is plausible"
_IMPLAUSIBLE: Final = "it is implausible"
_DOUBTED: Final = "if that held"
_ANOTHER: Final = "for another player it would be plausible"
_LONGEST: Final = 120
"""Most characters of a clause that are read."""

_ASIAN: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_KANA: Final = re.compile("[\u3040-\u30ff]")
_HANGUL: Final = re.compile("[\uac00-\ud7af]")
_CLAUSE: Final = re.compile(r"[^。！？!?.,，、;；:：\n]+|[。！？!?.,，、;；:：\n]+")
_AROUND: Final = " \u3000*\"'「」“”()（）"
_MARKS: Final = str.maketrans({"。": ". ", "！": "! ", "？": "? ", "，": ", ", "、": ", ", "；": "; ", "：": ": "})  # fmt: skip

_ZH_PLACE: Final = r"(?:起点|起點|原点|原點|出发点|出發點|起始点|起始點|(?:起始|初始|起点|最初|出发|开始)的?(?:位置|地方|地点)|原来的?(?:位置|地方)|原地|原位|原处)"
_ZH_DOUBT: Final = re.compile(
    r"如果|要是|假如|假设|假設|倘若|若|是否|能否|会不会|會不會|能不能|是不是|合不合|有没有|与否|[吗嗎呢]$|可能会|可能不|也许|或许|可能在|取决|看情况|不知道|不确定|不清楚|无法(?:确定|判断|知道)|难说|为了|想要|以为|除非|只要|只有|的话|有人|差不多|不管|无论"
)
_ZH_LEADS: Final = (
    (re.compile(r"(?:但是?|可是|不过|然而|不過)"), "but "),
    (re.compile(r"(?:所以|因此|故|因而|总之|可见)"), "so "),
    (re.compile(r"(?:因为|由于|因為)"), "because "),
    (re.compile(r"(?:然后|接着|随后|再)(?=[向往朝左右走前后转])"), "then "),
)
_ZH_FOLLOWED: Final = re.compile(
    r"(?:如果)?(?:你|您|我们)?(?:按照?|依照|遵循|执行|照着?|跟着?)[^不没未起原回]{0,10}?(?:指示|指令|步骤|说明|要求|顺序)(?:去?(?:走|做|行动|移动|操作))?(?:的话)?(?:之?后)?"
)
_ZH_OWN: Final = re.compile(r"\A我(?:认为|觉得|想|判断)")
_ZH_NO: Final = re.compile(r"(?:答案是?)?(?:当然|肯定|绝对)?(?:不会的?|不能的?|不是的?|没有|不行|不对|不|否|并不会?|并没有|不可以)")  # fmt: skip
_ZH_YES: Final = re.compile(r"(?:答案是?)?(?:当然|肯定|绝对)?(?:会的?|能的?|是的?|可以的?|对的?|没错|當然會?)")  # fmt: skip
_ZH_WALKED: Final = re.compile(r"(?:[走做]完|完成)[^不没未起原出]{0,8}?(?:之后|以后|后|了|步骤)?")
_ZH_STEP: Final = re.compile(r"(?:第.步)?(?:走|向|往|朝|前进|后退|左转|右转|转身)(?!了?回|到)")
_ZH_NUMBERED: Final = re.compile(r"第([一二三四五六七八九]|\d{1,2})步")
_ZH_BEGUN: Final = re.compile(rf"(?:从|自|由|離開|离开){_ZH_PLACE}(?:出发|开始|起)?")
_ZH_AWAY: Final = re.compile(
    rf"(?:离|距离?|距离)[^不没]{{0,4}}{_ZH_PLACE}|{_ZH_PLACE}(?:(?![面朝看])[^不没]){{0,8}}(?:[前后左右东南西北旁外][边方侧面]?|步|米)|(?:还需?要?|需要|必须|还得)(?:再)?[^不没]{{0,8}}(?:才能|来|就)[^不没]{{0,4}}{_ZH_PLACE}|(?:还差|还要再?走|还需再?走).{{0,8}}步"
)
_ZH_ZERO: Final = re.compile(r"[0零]步|距离(?:为|是)[0零]")
_ZH_BACK: Final = re.compile(
    rf"(?:你|您|我们|最后|最终|最終|最後|结果|终点|位置|的|又|正好|刚好|恰好|就|也|将|会|能|可以|应该|確實|确实|并|不|没有?|未|无法|没能|重新|已经?|停|站|仍|还|总共|走){{0,12}}(?P<how>回到?了?|返回到?了?|在|是|位于|等于){_ZH_PLACE}(?:上|处|了|那里|的位置|的)*"
)
_ZH_SAME: Final = re.compile(
    rf"[^不没未]{{0,16}}(?:和|与|跟|同){_ZH_PLACE}(?:(?P<no>不(?:一样|同|相同|重合|是同一.{{0,4}}))|一样|相同|重合|是同一.{{0,4}})的?"
)
_ZH_END: Final = re.compile(r"最[后後终終]|结果|终点|又|会|能|仍|还|正好|刚好|恰好|停|位置|回|已")
_ZH_NOT: Final = re.compile(r"不|没|未|无法")
_ZH_BEGIN: Final = re.compile(r"开始|起初|先|一开始|本来|原本")
_ZH_THIS: Final = r"(?:我(?:认为|觉得))?(?:这|這|该|那|此)?(?:个|句|種|种)?(?:句子|句话|话|話|说法|情况|事|描述|陈述|样)?(?:是|听起来|看起来|似乎|其实|显然|明显|在逻辑上|逻辑上|就|都|也|完全|根本)*"
_ZH_FIT: Final = r"(?:合理|可信|现实|現實|说得通|讲得通|行得通|成立|合乎逻辑|符合逻辑|合逻辑|有道理|会发生|可行|真实)"
_ZH_IMPLAUSIBLE: Final = re.compile(
    rf"{_ZH_THIS}(?:(?:不太|不大|不怎么|并不|不是很|很不|不是|不|毫不|绝不|一点[也都]不|没有?|不算)(?:是|太|可)?{_ZH_FIT}|说不通|讲不通|行不通|不可能|不合逻辑|毫无道理|没有?道理|荒谬|荒唐|站不住脚|不符合(?:常识|逻辑|实际|事实|现实)|不切实际)(?:的|了|发生)*"
)
_ZH_PLAUSIBLE: Final = re.compile(rf"{_ZH_THIS}(?:很|非常|十分|挺|比较|相当)?(?:是)?(?:{_ZH_FIT}|有可能|可能发生)(?:的|发生)*")  # fmt: skip
_ZH_FOR: Final = re.compile(r"(?:对|對|就)(?:于|於)?(?P<other>别的|其他|其它|另一个|另外|某些|任何其他)?[^不没合]{1,12}?(?:来说|而言|來說)")  # fmt: skip
_ZH_LIES: Final = r"(?:在?(?:说谎|撒谎|说假话|骗人|說謊)|说了谎|说的?也?是?(?:假话|谎话)|是(?:个)?(?:骗子|说谎者)|不(?:说|讲)(?:真话|实话)|没有?说(?:真话|实话)|不诚实|说的不是(?:真话|实话))"
_ZH_HONEST: Final = r"(?:说的?也?是?(?:真话|实话|真相)|讲(?:真话|实话)|在说(?:真话|实话)|是?诚实的?|没有?在?(?:说谎|撒谎)|不(?:在)?(?:说谎|撒谎)|不是骗子|說的?是?(?:真話|實話))"
_ZH_TOLD: Final = re.compile(
    rf"(?P<who>[A-Za-z]+|他|她)\s*(?:也|就|确实|显然|一定|其实|的确|必定|才|是)*\s*(?:(?P<lies>{_ZH_LIES})|{_ZH_HONEST})(?:了|的|话)?"
)
_ZH_SAYS: Final = re.compile(
    r"(?P<who>[A-Za-z]+)\s*(?:说|声称|认为)\s*(?![谎真实的了假是])(?P<what>[A-Za-z].*)"
)

_JA_PLACE: Final = r"(?:出発点|スタート(?:地点|位置)?|起点|始点|原点|(?:元|最初|開始|出発)の?(?:場所|位置|地点)|元)"
_JA_DOUBT: Final = re.compile(r"もし|なら|たら|れば|かどうか|かもしれ|でしょうか|(?:です|ます|ません)か$|[わ分]かりません|不明|場合|言えません|判断でき|には$|ために")  # fmt: skip
_JA_FOLLOWED: Final = re.compile(r"(?:もし)?.{0,12}(?:指示|手順|指示通り|動き).{0,6}(?:従うと|従えば|従った(?:場合|ら)|行うと|実行すると|通りに進むと)")  # fmt: skip
_JA_NO: Final = re.compile(r"(?:いいえ|いえ|違います|ノー)")
_JA_YES: Final = re.compile(r"(?:はい|ええ|そうです|イエス)")
_JA_ANSWER: Final = re.compile(
    r"(?:答え|回答|結論)は「?(?:いいえ|(?P<yes>はい))」?(?:です|だ|となります)?\Z"
)
_JA_END: Final = r"(?:よ|ね|のです|んです|ことになります|ことになる)?\Z"
_JA_NOT_BACK: Final = re.compile(
    rf"戻(?:りません(?:でした)?|ら(?:ない(?:です)?|なかった)|れ(?:ません(?:でした)?|ない(?:です)?)|って(?:は?いません|は?いない|きません|こない)|ること(?:は|が)?(?:ありません|ない|できません|できない)){_JA_END}|{_JA_PLACE}(?:に|に?は|では)(?:い|あり)?(?:ません|ない){_JA_END}|{_JA_PLACE}(?:とは|と)(?:違う|異なる)(?:場所|位置)"
)
_JA_BACK: Final = re.compile(
    rf"戻(?:ります|る|りました|った|って(?:います|いる|きます|くる|きました)|れます|れる|ることができます|ってこられます){_JA_END}|{_JA_PLACE}(?:にいます|に着きます|に到着します){_JA_END}|位置は{_JA_PLACE}です{_JA_END}"
)
_JA_AWAY: Final = re.compile(
    rf"{_JA_PLACE}(?:から|より|の(?=[^かは]{{0,6}}歩))[^かは]{{0,16}}(?:離れ(?:て(?:います|いる)|た(?:場所|位置|地点|ところ)(?:に|で|です)?)|(?:歩|メートル)?(?:先|前方?|後ろ|後方|左側?|右側?|北側?|南側?|東側?|西側?)(?:に|です))"
)
_JA_ZERO: Final = re.compile("[0零ゼロ]+歩|離れて(?:い|は)")
_JA_THIS: Final = r"(?:(?:この|その|上記の)?(?:文章?|発言|内容|記述|状況|シナリオ|主張)|これ|それ)?(?:は|が|も)?(?:とても|十分に?|非常に|かなり|まったく|全く|あまり|完全に|到底|論理的に|現実には)*"
_JA_IMPLAUSIBLE: Final = re.compile(
    rf"{_JA_THIS}(?:もっともらしく(?:は?ありません|は?ない(?:です)?)|(?:妥当|現実的|合理的|自然|可能|論理的)(?:では|じゃ|とは)(?:ありません|ない(?:です)?|言えません)|不自然(?:です|だ)?|不可能(?:です|だ)?|非現実的(?:です|だ)?|(?:あり得|ありえ)(?:ません|ない(?:です)?)|考えられ(?:ません|ない(?:です)?)"
    r"|考えにくい(?:です)?|信じられ(?:ません|ない(?:です)?)|筋が通(?:りません|らない|っていません)|意味(?:をなしません|が通(?:りません|らない))|おかしい(?:です)?)"
)
_JA_PLAUSIBLE: Final = re.compile(rf"{_JA_THIS}(?:もっともらしい(?:です|文です)?|(?:妥当|自然|現実的|合理的|可能)(?:です|だ|である|と言えます)|(?:あり得|ありえ)(?:ます|る(?:ことです)?)|考えられ(?:ます|る)|筋が通って(?:います|いる))")  # fmt: skip
_JA_TOLD: Final = re.compile(
    r"(?P<who>[A-Za-z]+)(?:さん)?\s*(?:は|が|も)\s*(?:(?P<lies>(?:嘘|うそ)(?:をつい(?:ています|ている)|つき(?:です|だ)|をつ(?:きます|く)|を言って(?:います|いる))|(?:本当のこと|真実|事実)を(?:言|語|話し)って?い(?:ません|ない)|正直(?:者)?では(?:ありません|ない))"
    r"|(?:嘘|うそ)(?:をついて(?:は)?い(?:ません|ない)|つきでは(?:ありません|ない)|をつきません)|(?:本当のこと|真実|事実)を(?:(?:言って|語って|話して)い(?:ます|る)|(?:言い|語り|話し)ます)|正直(?:者)?(?:です|だ))"
)

_KO_PLACE: Final = r"(?:출발점|시작점|(?:출발|시작) ?(?:지점|위치)|출발지|원점|(?:처음|원래) ?(?:위치|자리|장소)|제자리|(?:시작|출발)한 곳)"
_KO_DOUBT: Final = re.compile(r"만약|만일|는다면|[으라이하]면\b|돌면|가면|는지|[은인한을]지(?= |$)|을까|습니까|[ㅂ니]까$|나요$|까요$|아마|수도 있|모르|알 수 없|확실하지|려면")  # fmt: skip
_KO_FOLLOWED: Final = re.compile(r".{0,12}(?:지시|지침|단계|명령).{0,4}(?:따르면|따라가면|수행하면|따라 가면)")  # fmt: skip
_KO_NO: Final = re.compile(r"(?:아니요|아니오|아뇨|아닙니다)")
_KO_YES: Final = re.compile(r"(?:네|예|맞습니다|그렇습니다)")
_KO_ANSWER: Final = re.compile(
    r"답은 [\"'‘“]?(?:아니요|아니오|(?P<yes>네|예))[\"'’”]?(?:입니다|이다|예요)?\Z"
)
_KO_NOT_BACK: Final = re.compile(
    rf"돌아(?:오|가)지 (?:않(?:습니다|는다|아요|게 됩니다|았습니다)|못(?:합니다|했습니다|해요))\Z|돌아(?:올|갈) 수 없습니다\Z|{_KO_PLACE}(?:이|가) 아닙니다\Z|{_KO_PLACE}에 있지 않습니다\Z"
)
_KO_BACK: Final = re.compile(
    rf"돌아(?:옵니다|온다|와요|오게 (?:됩니다|돼요)|갑니다|가게 됩니다|왔습니다|올 수 있습니다)\Z|{_KO_PLACE}(?:에 (?:있습니다|있게 됩니다|도착합니다)|입니다)\Z"
)
_KO_AWAY: Final = re.compile(rf"{_KO_PLACE}에서 (?!시작|출발|[^.]{{0,20}}(?:보고|향하|향해|바라))[^않못]{{1,20}}(?:있습니다|됩니다|입니다|섭니다|있게 됩니다|있어요)\Z")  # fmt: skip
_KO_THIS: Final = r"(?:(?:이|그|해당|위) ?)?(?:문장|말|진술|내용|것|이야기|상황)?(?:은|는|이|도)? ?(?:(?:충분히|매우|아주|전혀|완전히|꽤|별로|그다지) )*"
_KO_IMPLAUSIBLE: Final = re.compile(
    rf"{_KO_THIS}(?:(?:그럴듯하|타당하|가능하|현실적이|합리적이|자연스럽|말이 되|믿을 만하|합당하)지 (?:않습니다|않아요|않다|못합니다)|말이 안 (?:됩니다|돼요)|불가능(?:합니다|해요|하다)|비현실적입니다|있을 수 없(?:습니다|는 일입니다)|부자연스럽습니다|터무니없습니다)"
)
_KO_PLAUSIBLE: Final = re.compile(rf"{_KO_THIS}(?:(?:그럴듯|타당|가능|합당)(?:합니다|해요|하다)|(?:현실적|합리적)입니다|말이 (?:됩니다|돼요)|자연스럽습니다|있을 수 있(?:습니다|는 일입니다))")  # fmt: skip
_KO_TOLD: Final = re.compile(
    r"(?P<who>[A-Za-z]+)\s*(?:은|는|이|가|도)?\s+(?:(?P<lies>거짓말을 (?:합니다|한다|해요|하고 있(?:습니다|다))|거짓말쟁이입니다|(?:진실|사실)을 말하(?:지|고 있지) 않(?:습니다|는다)|정직하지 않습니다)"
    r"|거짓말을 하(?:지|고 있지) 않(?:습니다|는다|아요)|거짓말쟁이가 아닙니다|(?:진실|사실)을 말(?:합니다|하고 있(?:습니다|다)|한다|해요)|정직합니다)"
)

_LATIN: Final = re.compile(
    r"\b(?:ausgangs\w+|startpunkt\w*|startposition|anfangs\w+|point de départ|point initial|position initiale|position de départ|punto (?:de|inicial)|posición inicial|origen"
    r"|sinn|unrealistisch|unglaubwürdig|glaubwürdig|glaubhaft|realistisch|plausib[el]{2}|sens|irréaliste|sentido|verosímil|creíble|crédible|vraisemblable|je ne sais|no sé|ich weiß)\b",
    re.IGNORECASE,
)
_WORDS: Final = (
    (r"\b(?:ich weiß nicht|je ne sais pas|no sé),? (?:ob|si)\b", "i do not know whether"),
    (r"\b(?:ob|falls|sofern)\b(?=[^.!?]{1,80}\b(?:plausibel|glaubwürdig|realistisch|sinn)\b)", "if"),
    (r"\bwenn\b(?=[^.!?]{1,80}\b(?:plausibel|glaubwürdig|realistisch|sinn)\b)|\bs'il\b|\bsi (?=(?:él|ella|fuera|fuese|jugara|c'était|on|elle)\b)", "if "),
    (r"\b(?:(?:er)?gibt|macht|ergäbe) (?:\w+ ){0,2}?(?:keinen|wenig|gar keinen) sinn\b|\bn'a (?:pas de|aucun|pas beaucoup de) sens\b|\bno (?:tiene|tendría) (?:ningún |mucho )?sentido\b|\bcarece de sentido\b", "makes no sense"),
    (r"\b(?:ergibt|macht) (?:\w+ ){0,2}?sinn\b|(?<!n')\ba (?:du|un|tout son) sens\b|(?<!no )\btiene (?:mucho |todo el |perfecto )?sentido\b", "makes sense"),
    (r"\b(?:unrealistisch|unglaubwürdig|unglaubhaft|abwegig|irréaliste|irrealista|poco (?:creíble|verosímil|plausible|realista)|peu (?:crédible|plausible|vraisemblable|probable))\b", "implausible"),
    (r"\b(?:realistisch|glaubwürdig|glaubhaft)\b", "plausible"),
    (r"\b(?:manche|einige|viele|certains|d'aucuns|beaucoup|quelqu'un|algunos|muchos|alguien)\b", "if some"),
    (r"\balles andere als\b|\btout sauf\b|\b(?:todo|cualquier cosa) menos\b", "anything but"),
    (r"\baber für (?P<de>[^,.;]{1,40}) nicht\b", r"but not for \g<de>"),
    (r"\b(?:mais pas pour|pero no para)\b", "but not for"),
)  # fmt: skip
_PLACES: Final = {
    "de": r"(?:(?:ausgangs|start|anfangs)(?:punkt|position|ort|platz|stelle)\w{0,2}|ursprung\w{0,2})",
    "fr": r"(?:point de départ|point initial|position initiale|position de départ|lieu de départ|origine)",
    "es": r"(?:punto (?:de partida|de inicio|inicial|de origen)|posición (?:inicial|de partida)|lugar de (?:partida|inicio)|origen)",
}
_LANGUAGES: Final = tuple(
    tuple(re.compile(part) for part in parts)
    for parts in (
        (
            rf"\b{_PLACES['de']}\b",
            rf"\b(?:vom|von (?:dem|der|deinem|ihrem|seinem)|vor (?:dem|der)|hinter (?:dem|der)|neben (?:dem|der)) (?:\w+ )?{_PLACES['de']}(?! aus\b)",
            rf"\b(?:zum|zur|am|an (?:den|der|die|deine[nm]?)|zu (?:deine[mr]|seine[mr])) (?:\w+ )?{_PLACES['de']}",
            r"\b(?:kehr|komm|gelang|land|end|zurück|wieder|schließlich)",
            r"\b(?:beginn|begonnen|fäng|startet|starten|startest|geht vom|gehst vom|ausgehend)",
            r"\b(?:nicht|nie|niemals|kein\w*|ohne)\b",
            r"\b(?:wenn|falls|ob|sofern|vielleicht|möglicherweise|angenommen|könnte\w*|würde\w*|wäre\w*|bevor|bis|um|wahr|weder)\b",
            r"\bwenn (?:du|man|sie|ich|wir) [^,]{0,40}(?:anweisung|schritt|befehl)\w* (?:\w+ )?(?:folg|befolg|ausführ)\w*",
        ),
        (
            rf"\b{_PLACES['fr']}\b",
            rf"\b(?:du|de (?:la |l'|ton |votre |son |mon )) ?{_PLACES['fr']}",
            rf"(?:\bau |à (?:la |l'|ton |votre |son |mon |notre |leur )){_PLACES['fr']}",
            r"\b(?:rev[ie]+n|retour|retrouv|arriv|termin|fini|à la fin|de nouveau)",
            r"\b(?:commen|part(?:ez|s|ons|ir|ant)\b|début|démarr)",
            r"\bne\b|\bn'",
            r"\b(?:si|s'il|peut-être|pourr\w+|suppos\w+|avant|jusqu|pour|vrai|ni|il se peut|faut|faudr\w+)\b",
            r"\bsi (?:vous|tu|on|l'on|nous) [^,]{0,30}(?:suiv|exécut)\w* [^,]{0,24}(?:instruction|étape|consigne|indication)\w*",
        ),
        (
            rf"\b{_PLACES['es']}\b",
            rf"\b(?:del|de (?:la|tu|su|mi)) (?:mismo )?{_PLACES['es']}",
            rf"\b(?:al|en el|a la|en la|a tu|a su|a mi|en tu|en su) (?:mismo )?{_PLACES['es']}",
            r"\b(?:vuel[vt]|volv|regres|retorn|termin|acab|qued|lleg|al final|de nuevo)",
            r"\b(?:empie|empez|comien|comenz|part(?:es|imos|e|iendo)\b|sal(?:es|e|imos|iendo)\b)",
            r"\b(?:no|nunca|tampoco|jamás)\b",
            r"\b(?:si|quizás?|tal vez|podría\w*|supon\w+|sé|antes|hasta|para|puede que|cierto|verdad|ni|puedo)\b",
            r"\bsi (?:sigues|se siguen|uno sigue|seguimos|sigue) [^,]{0,30}(?:instrucci|paso|indicaci)\w*",
        ),
    )
)
"""For each language: the start; away from it; to or at it; verbs of arriving; of beginning; negations; doubts; the instructions followed."""
_STEPS: Final = re.compile(
    r"\b(?:schritt\w*|entfernt|links|rechts|weit|pas|mètres?|loin|éloign\w+|gauche|droite|devant|derrière|distance|pasos?|metros?|lejos|izquierda|derecha|delante|detrás|norte|sur|este|oeste|distancia)\b|\b(?:vor|hinter|neben) de[mr]\b"
)
_ANSWERED: Final = re.compile(
    r"\A(?P<open>[\s*\"'«„]{0,4})(?:(?P<yes>ja|oui|sí|si)|nein|non|no)(?=\W{0,4}[,.!;:])",
    re.IGNORECASE,
)
_CONDITION: Final = re.compile(
    r"\s*(?:(?:und |et |y )?(?:wenn|falls|sofern|ob|si|s'il)\b|(?:\w+ )?(?:manche|einige|viele|certains|d'aucuns|beaucoup|quelqu'un|algunos|muchos|alguien)\b)"
)
_SENTENCE: Final = re.compile(r"[^,;:.!?\n]+|[,;:.!?\n]+")


def in_english(reply: str, subtask: str) -> str:
    """Return a reply with its statements on the sub-task's fact in English.

    >>> in_english("不会，你最后在起点前方四步。", "navigate")
    'no, you are two steps away from the start. '
    >>> in_english("Ja, man kehrt zum Startpunkt zurück.", "navigate"), in_english("いいえ、妥当ではありません。", "sports_understanding")
    ('yes, you return to the start.', 'no, it is implausible. ')
    """
    if _ASIAN.search(reply):
        if _HANGUL.search(reply):
            read: Callable[[str, str, bool], str] = _korean
        else:
            read = _japanese if _KANA.search(reply) else _chinese
        told = ""
        for found in _CLAUSE.finditer(reply):
            piece = found[0].strip(_AROUND)
            first = not told.rstrip(" ,") or told.rstrip().endswith(":")
            known = _ASIAN.search(piece) is not None and len(piece) <= _LONGEST
            english = read(piece, subtask, first) if known else piece
            told += found[0].translate(_MARKS) if english == piece else english
        return told
    if subtask in ("navigate", "sports_understanding") and _LATIN.search(reply):
        reply = _ANSWERED.sub(lambda m: m["open"] + ("yes" if m["yes"] else "no"), reply)
        if subtask == "navigate":
            return "".join(_western(found[0]) for found in _SENTENCE.finditer(reply))
        for pattern, english in _WORDS:
            reply = re.sub(pattern, english, reply, flags=re.IGNORECASE)
    return reply


def _western(clause: str) -> str:
    """Return what a clause in German, French or Spanish states of the start."""
    low = clause.lower()
    if len(low) > 2 * _LONGEST:
        return clause
    if _CONDITION.match(low) and not any(followed.search(low) for *_, followed in _LANGUAGES):
        return _DOUBTED
    for place, away, back, arrives, begins, denies, doubts, followed in _LANGUAGES:
        if followed.search(low) and not place.search(low):
            return " "
        if not place.search(low):
            continue
        lead = clause[: len(clause) - len(clause.lstrip())]
        if doubts.search(followed.sub(" ", low)):
            return lead + _DOUBTED
        if begins.search(low):
            return clause
        denied = denies.search(low) is not None
        if away.search(low) and _STEPS.search(low) and not denied:
            return lead + _AWAY
        if back.search(low) and (denied or arrives.search(low)):
            return lead + (_NOT_BACK if denied else _BACK)
    return clause


def _chinese(clause: str, subtask: str, first: bool) -> str:
    if first and _ZH_NO.fullmatch(clause):
        return "no"
    if first and _ZH_YES.fullmatch(clause):
        return "yes"
    lead = ""
    for pattern, english in _ZH_LEADS:
        if found := pattern.match(clause):
            lead, clause = english, clause[found.end() :]
            break
    clause = _ZH_FOLLOWED.sub("", _ZH_OWN.sub("", clause), count=1)
    if lead == "so " and (_ZH_NO.fullmatch(clause) or _ZH_YES.fullmatch(clause)):
        return f"so the answer is {'no' if _ZH_NO.fullmatch(clause) else 'yes'}"
    if _ZH_DOUBT.search(clause):
        return lead + _DOUBTED
    if subtask == "navigate":
        return lead + _chinese_way(clause)
    if subtask == "sports_understanding":
        return lead + _chinese_sense(clause)
    if subtask == "web_of_lies":
        return lead + _person(clause, _ZH_TOLD, _ZH_SAYS)
    return lead + clause


def _chinese_way(clause: str) -> str:
    clause = _ZH_BEGUN.sub("", _ZH_WALKED.sub("", clause, count=1))
    if numbered := _ZH_NUMBERED.fullmatch(clause):
        return f"step {'一二三四五六七八九'.find(numbered[1]) + 1 or numbered[1]}"
    if _ZH_STEP.match(clause):
        return "take a step" if "转" not in clause else "turn"
    if _ZH_AWAY.search(clause):
        if _ZH_ZERO.search(clause):
            return _BACK
        return clause if _ZH_NOT.search(clause) else _AWAY
    if same := _ZH_SAME.fullmatch(clause):
        return _NOT_BACK if same["no"] else _BACK
    found = _ZH_BACK.fullmatch(clause)
    if found is None or _ZH_BEGIN.search(clause):
        return clause
    denials = len(_ZH_NOT.findall(clause))
    if denials > 1 or not (denials or _ZH_END.search(clause)):
        return clause
    return _NOT_BACK if denials else _BACK


def _chinese_sense(clause: str) -> str:
    if "不是不" in clause or "并非不" in clause:
        return _DOUBTED
    if found := _ZH_FOR.match(clause):
        if found["other"]:
            return _ANOTHER
        clause = clause[found.end() :]
    if _ZH_IMPLAUSIBLE.fullmatch(clause):
        return _IMPLAUSIBLE
    return _PLAUSIBLE if _ZH_PLAUSIBLE.fullmatch(clause) else clause


def _person(clause: str, told: re.Pattern[str], says: re.Pattern[str] | None = None) -> str:
    """Return what a clause states of a person, or says that somebody says."""
    if found := told.fullmatch(clause):
        who = "he" if found["who"] in "他她" else found["who"]
        return f"{who} lies" if found["lies"] else f"{who} tells the truth"
    if says is not None and (found := says.fullmatch(clause)):
        return f"{found['who']} says {_person(found['what'], told)}"
    return clause


def _japanese(clause: str, subtask: str, first: bool) -> str:
    if first and _JA_NO.fullmatch(clause):
        return "no"
    if first and _JA_YES.fullmatch(clause):
        return "yes"
    if answer := _JA_ANSWER.search(clause):
        return f"the answer is {'yes' if answer['yes'] else 'no'}"
    if _JA_FOLLOWED.fullmatch(clause):
        return ""
    if _JA_DOUBT.search(clause):
        return _DOUBTED
    if subtask == "navigate":
        if _JA_NOT_BACK.search(clause):
            return _NOT_BACK
        if _JA_AWAY.search(clause):
            return clause if _JA_ZERO.search(clause) and "ません" in clause else _AWAY
        return _BACK if _JA_BACK.search(clause) else clause
    if subtask == "sports_understanding":
        if _JA_IMPLAUSIBLE.fullmatch(clause):
            return _IMPLAUSIBLE
        return _PLAUSIBLE if _JA_PLAUSIBLE.fullmatch(clause) else clause
    return _person(clause, _JA_TOLD) if subtask == "web_of_lies" else clause


def _korean(clause: str, subtask: str, first: bool) -> str:
    if first and _KO_NO.fullmatch(clause):
        return "no"
    if first and _KO_YES.fullmatch(clause):
        return "yes"
    if answer := _KO_ANSWER.search(clause):
        return f"the answer is {'yes' if answer['yes'] else 'no'}"
    if _KO_FOLLOWED.fullmatch(clause):
        return ""
    if _KO_DOUBT.search(clause):
        return _DOUBTED
    if subtask == "navigate":
        if _KO_NOT_BACK.search(clause):
            return _NOT_BACK
        if _KO_AWAY.search(clause):
            return _AWAY
        return _BACK if _KO_BACK.search(clause) else clause
    if subtask == "sports_understanding":
        if _KO_IMPLAUSIBLE.fullmatch(clause):
            return _IMPLAUSIBLE
        return _PLAUSIBLE if _KO_PLAUSIBLE.fullmatch(clause) else clause
    return _person(clause, _KO_TOLD) if subtask == "web_of_lies" else clause
