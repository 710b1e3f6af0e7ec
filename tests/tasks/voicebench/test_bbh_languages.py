"""BBH in six other languages: what a clause states, and what it only asks, supposes or says of others."""

from __future__ import annotations

import time

import pytest

from tasks.voicebench.bbh import read_bbh

PROMPTS = {
    "navigate": "If you follow these instructions, do you return to the starting point? Take 5 steps. Turn left.",
    "web_of_lies": "Question: Tamika lies. Jerry says Tamika lies. Ryan says Jerry tells the truth. Does Ryan tell the truth?",
    "sports_understanding": 'Is the following sentence plausible? "LeBron James scored a touchdown."',
    "hyperbaton": "Which sentence has the correct adjective order: Options: (A) red small old car (B) small old red car",
}
TABLES = {
    "navigate": r"""
0|不会，你最后在起点前方四步。
0|不会，你最后没有回到起点。
0|不会。走完以后你在出发点左边三步的地方。
1|会的，你会回到起点。
1|会的。
1|会，走完后正好回到起点。
1|能，最后回到了原点。
1|可以回到起点。
0|不能，你停在起点右边三步的地方。
0|你不会回到起点。
1|最后你回到了起点。
1|是的，你会回到起点。
1|是的，最后你又回到了出发点。
0|没有，你离起点还有两步。
0|不是，你没有返回起点。
0|没有回到起点。
0|按照这些指示走，你不会回到起点。
1|如果按照这些指示走，你会回到起点。
0|还要再走两步才能回到起点。
0|最终位置不是起点。
0|いいえ、出発点には戻りません。
0|いいえ、あなたは出発点から3歩離れた場所にいます。
1|はい、出発点に戻ります。
1|元の場所に戻ります。
0|出発点から3歩離れています。
0|スタート地点には戻れません。
0|戻りません。
1|最終的に出発点に戻っています。
0|아니요, 출발점으로 돌아오지 않습니다.
1|네, 출발점으로 돌아옵니다.
1|출발점으로 돌아오게 됩니다.
0|출발점으로 돌아오지 못합니다.
0|출발점에서 세 걸음 떨어져 있습니다.
0|Nein, man kommt nicht zum Ausgangspunkt zurück.
0|Nein, du stehst drei Schritte vor dem Startpunkt.
1|Ja, man kehrt zum Ausgangspunkt zurück.
0|Man landet drei Schritte vom Startpunkt entfernt.
0|Am Ende steht man nicht am Ausgangspunkt.
1|Man ist am Ende wieder am Ausgangspunkt.
1|Wenn du den Anweisungen folgst, kehrst du zum Startpunkt zurück.
0|Non, vous ne revenez pas au point de départ.
0|Non, vous vous retrouvez à quatre pas du point de départ.
1|Oui, on revient au point de départ.
1|Vous revenez exactement au point de départ.
0|Vous ne revenez pas à votre point de départ.
0|Vous êtes à trois pas à gauche du point de départ.
0|No, no vuelves al punto de partida.
0|No, terminas a cuatro pasos del punto de partida.
1|Sí, vuelves al punto de inicio.
1|Al final regresas al punto de partida.
0|Terminas tres pasos a la izquierda del punto de partida.
0|No regresas al punto de inicio.
-|如果你转身，会回到起点。
-|你会回到起点吗？
-|是的，你不会回到起点。
-|不会，你会回到起点。
-|可能会，也可能不会。
-|不知道会不会回到起点。
-|很难说。
-|不确定。
-|不确定是否会回到起点。
-|会不会回到起点取决于方向。
-|你从起点出发，走五步。
-|不好意思，我听不清。
-|不过，我需要想想。
-|你可能会回到起点。
-|为了回到起点，你需要转身。
-|有人会说你回到了起点。
-|走五步，你在起点前方五步。然后左转
-|戻るかどうかわかりません。
-|出発点に戻りますか？
-|もし右に曲がれば、出発点に戻ります。
-|はい、出発点に戻りません。
-|出発点に戻るには、あと二歩必要かもしれません。
-|출발점으로 돌아오는지 알 수 없습니다.
-|출발점으로 돌아옵니까?
-|만약 왼쪽으로 돌면 출발점으로 돌아옵니다.
-|Ja und nein.
-|Ob man zum Ausgangspunkt zurückkehrt, ist unklar.
-|Wenn man links abbiegt, kehrt man zum Ausgangspunkt zurück.
-|Man beginnt am Ausgangspunkt.
-|Je ne sais pas si vous revenez au point de départ.
-|Si vous tournez à gauche, vous revenez au point de départ.
-|Vous commencez au point de départ.
-|No sé si vuelves al punto de partida.
-|Si giras a la derecha, vuelves al punto de partida.
-|Empiezas en el punto de partida.
-|¿Vuelves al punto de partida?
0|不，你没有回到出发点，你在它前面四步。
-|你在起点面向北。
-|首先，你站在起点。
0|你最后的位置和起点不一样。
-|我觉得不会，但也有可能会。
0|答案：不会
0|答案是不会。
1|答案：会
1|所以你最后会回到起点。
0|因此，你最终不在起点。
-|不能确定你会不会回到起点。
-|没有足够的信息。
-|没有人知道你是否回到起点。
-|要回到起点，你必须转身。
-|不是所有的步骤都会回到起点。
0|向前走五步，再向左转，所以你不会回到起点。
1|你会回到起点，不会错。
-|她说你会回到起点。
-|听说你会回到起点。
-|题目问你会不会回到起点。
1|因为前后抵消，所以你回到了起点。
-|出発点から始めます。
-|彼は出発点に戻ると言いました。
-|出発点に戻ることもあります。
0|結論として、出発点には戻りません。
-|出発点に戻る可能性があります。
0|最終的な位置は出発点から東に2歩の場所です。
-|出発点に戻りたいです。
-|다른 방향으로 가면 출발점으로 돌아옵니다.
-|출발점으로 돌아온다고 합니다.
0|아니요. 시작점에서 왼쪽으로 세 걸음 떨어진 곳에 있습니다.
-|Manche sagen, man kehrt zum Startpunkt zurück.
-|Man könnte zum Startpunkt zurückkehren.
-|Um zum Startpunkt zurückzukehren, muss man umdrehen.
0|Man ist nicht wieder am Startpunkt.
-|Vous êtes au point de départ et vous faites cinq pas.
-|Vous êtes au point de départ, face au nord.
-|Estás en el punto de partida y das cinco pasos.
-|Estás en el punto de partida, mirando al norte.
-|Du stehst am Ausgangspunkt und schaust nach Norden.
0|Vous n'êtes pas revenu au point de départ.
-|Il faudrait tourner pour revenir au point de départ.
-|No es cierto que no vuelves al punto de partida... no lo sé.
-|Puede que vuelvas al punto de partida.
-|Ni vuelves ni no vuelves al punto de partida.
0|Terminas lejos del punto de partida.
-|No puedo decir si vuelves al punto de partida.
0|Nein. Man steht am Ende vier Schritte vor dem Ausgangspunkt.
1|Ja. Die Schritte heben sich auf, man ist also wieder am Startpunkt.
-|Ja, aber man kehrt nicht zum Startpunkt zurück.
-|Non, vous revenez au point de départ.
-|Sí, pero no vuelves al punto de partida.
0|No. Acabas dos pasos a la derecha del punto de partida.
1|Oui, à la fin vous êtes au point de départ.
0|不会，你最后在起点的东边三步处。
0|最后你离出发点有四步远。
1|最后你离出发点零步远。
1|是的，你最终会回到出发点。
-|我不认为你不会回到起点。
0|我认为你不会回到起点。
-|你以为你会回到起点吗？不一定。
-|走了八步后，你离起点八步。
-|第一步：走五步，你离起点五步。第二步：
0|出発点に戻らないので、答えはいいえです。
1|네. 최종적으로 출발점에 있습니다.
0|출발점으로 돌아오지 않으므로 답은 아니요입니다.
""",
    "sports_understanding": r"""
0|不合理，因为勒布朗是篮球运动员。
1|合理。
1|合理，因为他踢过橄榄球。
0|这句话不合理。
1|这句话是合理的。
1|这个句子很合理。
0|这句话不太合理。
0|不是，这句话不合理。
0|不可能。
0|这是不可能的。
1|有可能。
0|这句话说不通。
1|这句话说得通。
0|不现实，篮球里没有达阵。
0|不会，勒布朗不打橄榄球。
0|毫无道理。
0|在橄榄球里合理，但勒布朗打篮球，所以不合理。
0|对别的球员来说合理，但对勒布朗来说不合理。
0|いいえ、この文はもっともらしくありません。
0|いいえ、妥当ではありません。
1|はい、もっともらしいです。
1|この文は妥当です。
0|この文は不自然です。
0|あり得ません。
1|あり得ます。
1|十分に考えられます。
0|考えられません。
0|아니요, 이 문장은 그럴듯하지 않습니다.
1|네, 그럴듯합니다.
0|말이 안 됩니다.
0|이 문장은 타당하지 않습니다.
1|충분히 가능합니다.
0|불가능합니다.
0|Nein, der Satz ist nicht plausibel.
0|Nein, denn LeBron James spielt Basketball.
0|Der Satz ergibt keinen Sinn.
1|Der Satz ist durchaus plausibel.
0|Das ist nicht glaubwürdig.
0|Das ist unrealistisch.
1|Ja, das ist plausibel.
0|Non, cette phrase n'est pas plausible.
1|Oui, c'est plausible.
0|Ça n'a pas de sens.
1|La phrase est crédible.
0|Ce n'est pas possible.
0|No, la frase no es plausible.
1|Sí, es verosímil.
0|No tiene sentido.
1|Tiene sentido.
0|No, porque LeBron James juega al baloncesto.
-|合理吗？
-|合不合理很难说。
-|如果他踢橄榄球就合理了。
-|在橄榄球里合理。
-|有人会觉得合理。
-|对别的球员来说合理。
-|可能合理，可能不合理。
-|合理与否取决于他是谁。
-|是的，这句话不合理。
-|不知道合不合理。
-|我不认识他。
-|这不是不合理，也不是合理。
-|もっともらしいですか？
-|もし彼がフットボール選手なら、もっともらしいです。
-|妥当かどうかわかりません。
-|はい、もっともらしくありません。
-|그럴듯한지 모르겠습니다.
-|만약 그가 풋볼 선수라면 그럴듯합니다.
-|Ist das plausibel?
-|Wenn er Football spielen würde, wäre es plausibel.
-|Für einen anderen Spieler wäre es plausibel.
-|Je ne sais pas si c'est plausible.
-|Ce serait plausible pour un autre joueur.
-|No sé si es plausible.
-|Sería plausible para otro jugador.
-|合理的句子应该匹配球员和运动。
-|不合理的地方在哪里？
0|这听起来合理，但其实不合理。
-|我不觉得不合理。
0|我认为这句话不合理。
-|很多人认为这句话合理。
-|他说这句话合理。
0|不。
1|是。
0|不，勒布朗不打橄榄球。
0|不可能，他是篮球运动员。
-|不可能判断。
-|有可能合理也有可能不合理。
-|这不一定合理。
-|この文が妥当だと言う人もいます。
-|妥当ではないとは言えません。
0|フットボール選手ではないので、妥当ではありません。
-|他の選手なら妥当です。
-|다른 선수라면 그럴듯합니다.
-|그럴듯하다고 생각하는 사람도 있습니다.
-|Das wäre für einen Footballspieler plausibel.
0|Das wäre für einen Footballspieler plausibel, aber für LeBron James nicht.
-|Manche finden das plausibel.
0|Das ist alles andere als plausibel.
-|Ce serait plausible pour un footballeur.
-|Certains diraient que c'est plausible.
0|Ce n'est pas du tout crédible.
-|Sería creíble para un futbolista.
-|Algunos dirían que es plausible.
1|合理，这在篮球里很常见。
0|这句话不合理，不过在橄榄球里合理。
0|这句话对其他球员来说合理，对勒布朗来说不合理。
-|这句话不一定不合理。
-|我不确定这句话是否合理。
-|不能说合理，也不能说不合理。
1|はい、妥当です。
-|はい、不自然です。
0|この文はもっともらしくないです。
-|네, 그럴듯하지 않습니다.
0|아니요, 말이 안 됩니다.
-|Ja, das ist nicht plausibel.
0|Nein, das ergibt überhaupt keinen Sinn.
-|Oui, cela n'a aucun sens.
0|Non, cela n'a aucun sens.
1|Cela a du sens.
-|Sí, pero no tiene sentido.
0|Esto no tiene ningún sentido.
""",
    "web_of_lies": r"""
0|不，Ryan在说谎。
0|不会，Ryan 在说谎。
1|是的，Ryan 说的是实话。
0|Ryan在撒谎。
1|Ryan说的是真话。
1|Ryan没有说谎。
0|Ryan 不说真话。
0|没有，Ryan在说谎。
1|Tamika在说谎，Ryan说的是真话。
0|いいえ、Ryanは嘘をついています。
1|はい、Ryanは本当のことを言っています。
0|Ryanは嘘をついています。
1|Ryanは嘘をついていません。
1|Ryanは真実を語っています。
0|아니요, Ryan은 거짓말을 합니다.
1|네, Ryan은 진실을 말합니다.
0|Ryan은 거짓말을 하고 있습니다.
1|Ryan은 거짓말을 하지 않습니다.
0|Nein, Ryan lügt.
1|Ja, Ryan sagt die Wahrheit.
0|Non, Ryan ment.
1|Oui, Ryan dit la vérité.
0|No, Ryan miente.
1|Sí, Ryan dice la verdad.
-|Jerry说的是真话。
-|Jerry在说谎。
-|Ryan说Jerry说的是真话。
-|Jerry说Ryan在说谎。
-|如果Jerry在说谎，Ryan也在说谎。
-|Ryan在说谎吗？
-|不知道Ryan是否在说谎。
-|Jerryは嘘をついています。
-|JerryはRyanが嘘をついていると言っています。
-|もしJerryが嘘つきなら、Ryanは嘘をついています。
-|Jerry는 거짓말을 합니다.
-|是的，Ryan在说谎。
-|Ryan可能在说谎。
-|Ryan说谎吗？
-|Jerry认为Ryan在说谎。
-|他们都在说谎。
-|Ryanが嘘をついているかどうかはわかりません。
0|だから、Ryanは嘘をついています。
0|Nein, Ryan sagt nicht die Wahrheit.
-|Ja, Ryan lügt.
0|Jerry说的是假话，所以Ryan也在说谎。
1|Jerry说的是真话，所以Ryan说的也是真话。
""",
    "hyperbaton": r"""
1|正确的是(B)。
1|选B。
0|A是正确的。
1|Satz B ist richtig.
1|La phrase B est correcte.
0|La opción A es correcta.
1|(B)が正しいです。
1|정답은 B입니다.
""",
}
CASES = [
    (subtask, {"1": 1, "0": 0, "-": None}[line[0]], line[2:].replace("\\n", "\n"))
    for subtask, table in TABLES.items()
    for line in table.strip().split("\n")
]


@pytest.mark.parametrize(("subtask", "meant", "reply"), CASES)
def test_a_reply_in_another_language_is_read_as_it_is_meant(
    subtask: str, meant: int | None, reply: str
) -> None:
    assert read_bbh(reply, subtask, PROMPTS[subtask]) == meant


@pytest.mark.parametrize("piece", ["不会", "离起点", "如果，", "に戻ります", "出発点から", "돌아옵니다. ", "zum startpunkt ", "si au point de départ "])  # fmt: skip
def test_a_long_reply_in_another_language_takes_time_in_proportion(piece: str) -> None:
    start = time.process_time()
    for subtask in ("navigate", "sports_understanding", "web_of_lies"):
        read_bbh(piece * (6_000 // len(piece)), subtask, PROMPTS[subtask])
    assert time.process_time() - start < 2
