"""Who is known in every region of the demo.

The people are fictional twice over, by an unallocated region (420799, 420198) and a birth year of 1900. A
production profile refuses all of them (`TEST_DATA`), so that a demo backup can never be taken live.
"""

from certhub.people.parties.people import Party

ZHANG = Party("张演示", "111", "420799190001010015")
LI = Party("李样例", "111", "420799190002020020")
WANG = Party("王测试", "111", "420799190003030036")
CHEN = Party("陈示范", "111", "420799190004040041")
OUYANG = Party("欧阳样本", "111", "420799190005050057")
ZHAO = Party("赵䶮示", "111", "420799190006060062")
MAIMAITI = Party("买买提·样例", "111", "420799190007070078")
ZHOU = Party("周长者", "111", "420799190008080083")
NOODLES = Party("示例小面馆", "001", "92420799MA99990138")
TECHNOLOGY = Party("演示科技有限公司", "001", "91420799MA9999013B")
CARD_SHOP = Party("考题示例店", "001", "92420799MA99990213")
"""Holds what the test cards show; nobody acts for it, so that the story never meets it."""

PEOPLE = (ZHANG, LI, WANG, CHEN, OUYANG, ZHAO, MAIMAITI, ZHOU, NOODLES, TECHNOLOGY, CARD_SHOP)
ACTS_FOR = ((ZHANG, NOODLES, "经营者"), (OUYANG, TECHNOLOGY, "法定代表人"))


LICENCE, FOOD = "11100000MB0143028R001", "11420700MB99990011901"
