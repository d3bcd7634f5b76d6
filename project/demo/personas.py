"""The people whom a visitor signs in as: one for every role, around 天山区 and its institutions."""

from __future__ import annotations

from dataclasses import dataclass

from cases.roles import Role

NATION, REGION, PREFECTURE, COUNTY = "000000", "650000", "650100", "650102"
KANGNING, XUELIAN, SONGHE, FUSHOU = "650102-001", "650102-002", "650102-003", "650102-004"
HONGSHAN, NUANYANG, HEPINGLU, BOAI = "650102-005", "650102-006", "650102-007", "650102-008"
WANQING, JINQIU, AIWANYUAN = "650102-009", "650102-010", "650102-011"


@dataclass(frozen=True)
class Persona:
    """A person to sign in as, in Chinese and English, with what there is to try besides the work items."""

    login: str
    name: str
    zh: str
    en: str
    seats: tuple[tuple[str, str], ...]
    try_zh: str = ""
    try_en: str = ""


PERSONAS = (
    Persona(
        "filler",
        "古丽娜尔·艾力",
        "机构填报人（康宁护理院）",
        "Institution filler",
        ((KANGNING, Role.INSTITUTION_FILLER),),
        "自查表已填 22/30，存在问题 4 个，已超过 4 月 30 日",
        "the self-check stands at 22 of 30 items with 4 problems, and is past 30 April",
    ),
    Persona(
        "head",
        "王建国",
        "机构负责人（康宁护理院、和平路日间照料中心）",
        "Institution head",
        ((KANGNING, Role.INSTITUTION_HEAD), (HEPINGLU, Role.INSTITUTION_HEAD)),
        "和平路日间照料中心的自查表待确认报送",
        "one self-check to confirm, seal and submit",
    ),
    Persona(
        "filler2",
        "阿不都热依木·卡德尔",
        "机构填报人（雪莲敬老院）",
        "Institution filler, with findings",
        ((XUELIAN, Role.INSTITUTION_FILLER),),
        "台账问题待整改，其中有逾期、被退回、已延期和严重的；一项延期申请待审批",
        "findings to rectify: late, returned, extended, serious; one request for more time undecided",
    ),
    Persona(
        "head2",
        "热依汗·萨迪克",
        "机构负责人（雪莲敬老院）",
        "Institution head, with findings",
        ((XUELIAN, Role.INSTITUTION_HEAD),),
        "查看本机构台账和历年档案",
        "the institution's ledger and its file across years",
    ),
    Persona(
        "filler3",
        "陈静",
        "机构填报人（福寿苑养老院）",
        "Institution filler, form returned",
        ((FUSHOU, Role.INSTITUTION_FILLER),),
        "自查表第 18、26 项被退回，待补正",
        "items 18 and 26 of the self-check were returned",
    ),
    Persona(
        "officer",
        "李敏",
        "县级经办人（天山区）",
        "County officer",
        ((COUNTY, Role.COUNTY_OFFICER),),
        "松鹤医养中心已核 17/30（版本 v2）；有整改结果待复核",
        "one verification stands at 17 of 30 items (version 2); results of rectification to review",
    ),
    Persona(
        "officer2",
        "艾山江·托合提",
        "县级经办人（天山区，同事）",
        "County officer, a colleague",
        ((COUNTY, Role.COUNTY_OFFICER),),
        "受李敏委托代办（5月12日至21日），可接着办理她认领的松鹤医养中心核查",
        "stands in for 李敏 until 21 May, and can go on with the verification that she has claimed",
    ),
    Persona(
        "approver",
        "马丽娜",
        "县级审核人（天山区）",
        "County approver",
        ((COUNTY, Role.COUNTY_APPROVER),),
        "暖阳护理院的核查意见待审核，雪莲敬老院的延期申请待审批",
        "one verification to approve, one request for more time to decide",
    ),
    Persona(
        "prefecture",
        "赵文斌",
        "地市级经办人（乌鲁木齐市）",
        "Prefecture officer",
        ((PREFECTURE, Role.PREFECTURE_OFFICER),),
        "督办雪莲敬老院逾期问题；红山康复医院已暂停计时；可重新打开博爱老年公寓已办结的年度自查",
        "supervises a late finding; one case on hold; may reopen the settled cycle of 博爱老年公寓",
    ),
    Persona(
        "prefecture_head",
        "迪丽努尔·玉素甫",
        "地市级负责人（乌鲁木齐市）",
        "Prefecture head",
        ((PREFECTURE, Role.PREFECTURE_HEAD),),
        "查看全市机构和台账",
        "the institutions and findings of the city",
    ),
    Persona(
        "region",
        "孙立军",
        "省级经办人",
        "Region officer",
        ((REGION, Role.REGION_OFFICER),),
        "查看全区，2020 年度已归档；上半年实地抽查进行中，一家递补机构待派专家组",
        "the whole region; 2020 is archived; a spot-check is under way, one replacement still without a team",
    ),
    Persona("region_head", "叶尔兰·朱马", "自治区负责人", "Region head", ((REGION, Role.REGION_HEAD),)),
    Persona(
        "inspector",
        "何援疆",
        "监督检查人员",
        "Inspector",
        ((REGION, Role.INSPECTOR),),
        "查看任一事项的操作留痕",
        "the audit trail of every case",
    ),
    Persona("expert", "沈文静", "国家抽查专家", "National expert", ((NATION, Role.NATIONAL_EXPERT),)),
    Persona(
        "sysadmin",
        "丁国栋",
        "系统管理员",
        "System administrator",
        ((REGION, Role.SYSTEM_ADMIN),),
        "爱晚苑医养中心填报人岗位空缺，事项无人办理",
        "work without an owner: a filler has left 爱晚苑医养中心",
    ),
    Persona("secadmin", "加娜尔·斯拉木", "安全管理员", "Security administrator", ((REGION, Role.SECURITY_ADMIN),)),
    Persona("auditor", "徐学文", "安全审计员", "Auditor", ((REGION, Role.AUDITOR),)),
    Persona(
        "nation",
        "周敏华",
        "国家级经办人",
        "National officer",
        ((NATION, Role.NATION_OFFICER),),
        "查看各地区报送情况，签收或退回自治区总结",
        "who has reported in each region; acknowledges or returns the regional reports",
    ),
    Persona(
        "expert2",
        "帕提古丽·热合曼",
        "自治区抽查专家",
        "Regional expert",
        ((REGION, Role.REGION_EXPERT),),
        "一家机构的抽查评价写到 12/30，一家已陈述意见、待作结论",
        "one assessment stands at 12 of 30 items, one reply waits for the conclusion",
    ),
    Persona(
        "city",
        "陈晓明",
        "市级经办人（杭州市，试点）",
        "City officer, alliance pilots",
        (("330100", Role.PREFECTURE_OFFICER),),
        "候潮联合体新版实施方案待备案；北山联合体市级评分填到 9 行；两笔年度补助尚未下达",
        "one new implementation plan to put on file; one column of a scorecard stands at 9 rows; two subsidies to give",
    ),
    Persona(
        "city_head",
        "杨丽君",
        "市级负责人（杭州市，试点）",
        "City head, alliance pilots",
        (("330100", Role.PREFECTURE_HEAD),),
        "查看四个联合体所处阶段、已推广的经验",
        "where the four alliances stand, and the experience of the promoted one",
    ),
    Persona(
        "lead",
        "郑海波",
        "联合体办公室（市老年病医院）",
        "Alliance office of a lead hospital",
        (("330100-001", Role.ALLIANCE_OFFICER),),
        "运河联合体已评价并推广：活动登记、转诊、评分表；2021 年专项经费在用，待报告使用情况",
        "an evaluated and promoted alliance: registers, referrals, scorecard; a fund of 2021 to account for",
    ),
    Persona(
        "member",
        "宋雅琴",
        "成员单位经办人、转诊联络人（和睦里养老服务中心）",
        "Member’s office and referral contact",
        (("330105-001", Role.MEMBER_OFFICER), ("330105-001", Role.REFERRAL_CONTACT)),
        "查看本单位参加的联合体和转诊",
        "the alliance and the referrals of the own unit",
    ),
    Persona(
        "contact",
        "楼明亮",
        "转诊联络人（市之滨医院）",
        "Referral contact of a lead hospital",
        (("330100-004", Role.REFERRAL_CONTACT),),
        "江畔护理院今天上午请求上转一名患者，限时答复",
        "a referral up was asked for this morning and is due within hours",
    ),
    Persona(
        "contact2",
        "葛春兰",
        "转诊联络人（江畔护理院）",
        "Referral contact of a member",
        (("330108-001", Role.REFERRAL_CONTACT), ("330108-001", Role.MEMBER_OFFICER)),
        "已请求上转一名患者，等待牵头医院答复；本单位协议 5 月 31 日到期",
        "has asked for a referral and waits for the hospital’s answer; its agreement ends on 31 May",
    ),
    Persona(
        "finance",
        "林志远",
        "财政经办人（杭州市财政局）",
        "Finance officer",
        (("330100-901", Role.FINANCE_OFFICER),),
        "北山联合体资金使用评分待填；市文澜医院年度补助使用情况待核查",
        "the row on the use of funds is to be scored for one alliance; one subsidy to check",
    ),
    Persona(
        "centre",
        "屠晓燕",
        "指导中心经办人（杭州市老年健康指导中心）",
        "Guidance centre officer",
        (("330100-801", Role.CENTRE_OFFICER),),
        "年度宣教、培训指标进度",
        "how far the year's targets of education and training are",
    ),
)
