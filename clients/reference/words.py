"""What the terminal program says, in the learner's language."""

from domain.text import Language, Text

WORDS = {
    "lesson": Text("课程", "課程", "Lesson"),
    "question": Text("题目", "題目", "Question"),
    "relearn": Text("重学", "重學", "again"),
    "due": Text("到期", "到期", "due"),
    "new": Text("新题", "新題", "new"),
    "one": Text("选一个编号", "選一個編號", "one number"),
    "several": Text("选几个编号，用空格分开", "選幾個編號，用空格分開", "numbers, with spaces between"),
    "order": Text(
        "按顺序写出所有编号，用空格分开", "按順序寫出所有編號，用空格分開", "all numbers in order, with spaces between"
    ),
    "match": Text("对应的编号", "對應的編號", "its number"),
    "text": Text("您的回复", "您的回覆", "your reply"),
    "gap": Text("填空", "填空", "the missing words"),
    "unknown_hint": Text("直接回车表示不知道", "直接按 Enter 表示不知道", "just Enter for “I don't know”"),
    "unusable": Text("请再输入一次", "請再輸入一次", "please type that again"),
    "read": Text("读完按回车", "讀完按 Enter", "Enter when you have read it"),
    "customer": Text("客户", "客戶", "Customer"),
    "employee": Text("员工", "員工", "Employee"),
    "avoid": Text("反例", "反例", "not like this"),
    "right": Text("正确", "正確", "Right"),
    "wrong": Text("不正确", "不正確", "Not right"),
    "answer": Text("正确答案", "正確答案", "The answer"),
    "due_on": Text("下次练习", "下次練習", "Due again on"),
    "today": Text("今天", "今天", "today"),
    "nothing": Text("今天没有要练的了。", "今天沒有要練的了。", "Nothing is left for today."),
    "done": Text(
        "完成，答案已保存，有信号时同步。",
        "完成，答案已儲存，有訊號時同步。",
        "Done. Your answers are saved, and go out with the next sync.",
    ),
    "learner": Text("学员", "學員", "Learner"),
    "device": Text("设备", "裝置", "Device"),
    "waiting": Text("等待发送", "等待傳送", "Waiting to be sent"),
    "set_aside": Text("服务器拒收，已留存", "伺服器拒收，已留存", "Refused by the server, and kept"),
    "memories": Text("已练题目", "已練題目", "Questions practised"),
    "lessons": Text("已读课程", "已讀課程", "Lessons read"),
    "pack": Text("离线题目", "離線題目", "Questions on this device"),
    "practice_day": Text("练习日", "練習日", "Practice day"),
    "waits": Text("今天要练", "今天要練", "Waiting today"),
    "digest": Text("状态摘要", "狀態摘要", "Digest"),
    "synced": Text("已同步", "已同步", "In step with the server"),
    "sent": Text("已发送", "已傳送", "Sent"),
    "offline": Text(
        "没有信号：什么都没有丢，下次再同步。",
        "沒有訊號：什麼都沒有丟，下次再同步。",
        "No signal. Nothing is lost; sync again later.",
    ),
    "signed_out": Text("请重新登录。", "請重新登入。", "Please sign in again."),
    "no_pack": Text(
        "这台设备上还没有题目，请先同步。", "這台裝置上還沒有題目，請先同步。", "There is nothing on this device yet: sync first."
    ),
    "refused": Text("服务器拒绝了请求", "伺服器拒絕了請求", "The server refused"),
}


def say(word: str, language: Language) -> str:
    """The words for it."""
    return WORDS[word].said_in(language)
