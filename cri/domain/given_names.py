"""Given names that are frequent where our four languages are spoken, and words that only look like names.

The list need not hold everybody: names of the agency's own staff come from its roster, other names are
found by titles, initials and pairs of capitals. It is for those who are called by their first name alone.
Written without accents, as `cri.domain.redaction` folds words.
"""

from typing import Final

_ENGLISH: Final = """
aaron abigail adam adrian aidan alan albert alex alexander alexandra alfred alice alison amanda amber
amy andrea andrew angela anita ann anna anne annie anthony arthur ashley barbara barry beatrice becky
ben benjamin bernard beth betty beverly brenda brian bridget bruce bryan callum cameron carl carol
caroline cassandra catherine cathy cecil charles charlie charlotte cheryl chloe chris christian
christina christine christopher claire clara colin connor craig cynthia daisy daniel danielle darren
david deborah debbie denise dennis derek diana diane donald donna doris dorothy douglas duncan dylan
edith edward eileen elaine eleanor elizabeth ellen emily emma eric erin esther ethan eugene evelyn fiona
florence frances francis fred freddie frederick gabriel gareth gary gavin gemma geoffrey george georgia
gerald gillian gina glenn gloria gordon graham greg gregory gwen hannah harold harriet harry hayley
heather helen henry holly howard hugh ian irene isaac isabel isabella ivan jack jackie jacob jacqueline
james jamie jane janet janice jason jean jeff jeffrey jennifer jenny jeremy jerry jesse jessica jill jim
jimmy joan joanna joanne joe john johnny jon jonathan jordan joseph josephine josh joshua joyce judith
judy julia julian julie june justin karen karl kate katherine kathleen kathryn kathy katie keith kelly
ken kenneth kerry kevin kieran kim kimberly kirsty kyle larry laura lauren lawrence leah leo leon
leonard leslie lewis liam lillian linda lisa liz logan lois lorraine louis louise lucas lucy luke lydia
lynn madeleine maggie malcolm marcus margaret maria marie marilyn marion marjorie martha martin mary
matt matthew maureen megan melanie melissa michael michelle mick mike miriam molly monica morgan nancy
naomi natalie natasha nathan neil niall nicholas nick nicola nicole nigel nina noah nora norman oliver
olivia oscar owen pamela patricia patrick paul paula pauline peggy penelope peter phil philip philippa
phoebe phyllis rachel ralph rebecca reginald rhys richard rita robert roberta robin rodney roger roland
ronald ronnie rory rosemary rosie ross roy russell ruth ryan sally sam samantha samuel sandra sarah
scott sean shane shannon sharon sheila shirley simon sophia sophie spencer stacey stanley stella
stephanie stephen steve steven stewart stuart susan suzanne sylvia tamara tara ted teresa terence terry
thelma theodore theresa thomas tim timothy tina toby todd tom tommy tony tracey tracy trevor tristan
ursula valerie vanessa vera veronica vicky victor victoria vincent vivian walter wayne wendy wesley
wilfred william yvonne zachary zoe
"""
_FRENCH: Final = """
adele adrien agathe agnes alain alexandre alexis alice aline amandine amelie anais andre ange annick
antoine antonin armand arnaud arthur aude audrey aurelie aurore axel baptiste bastien benedicte benoit
bernadette bertrand blandine brigitte bruno camille caroline catherine cecile cedric chantal charlene
christelle christiane christophe claude clemence clement colette corentin corinne cyril damien danielle
delphine denis didier dominique dorian edith edouard elodie elise eloise emeline emile emilie emmanuel
emmanuelle enzo estelle etienne eugenie fabien fabienne fabrice fanny felix fernand florent florian
francine francois francoise franck frederic gabin gael gaelle gaston genevieve georges gerard germain
ghislaine gilbert gilles gisele guillaume gustave guy gwenaelle helene henri herve hugo hugues huguette
ines isabelle jacques jeanne jeannine jerome joel joelle josette josiane jules juliette justine karine
kevin laetitia laurence laurent leonie liliane lionel loic lou louane luc lucie lucien lucienne ludovic
madeleine mael maelle magali manon marcel marcelle margaux margot marguerite marlene martine mathieu
mathilde maurice maxence maxime melanie michel micheline mireille monique muriel mylene myriam nadege
nadine nathalie nicolas noemie odette odile olivier oceane pascal pascale patrice paulette philippe
pierre pierrette quentin raphael raymond raymonde regine regis remi remy renaud rene renee robin roger
roland romain rolande sabine sabrina sandrine sebastien serge severine simone solange solene sonia
stephane suzanne sylvain sylvie tanguy theo therese thibault thierry tristan ulysse valentin valerie
veronique vincent violette virginie vivien xavier yann yannick yohan yolande yves yvette zacharie
"""
_SPANISH: Final = """
adriana agustin aitor alba alberto alejandra alejandro alfonso alfredo alicia alvaro amparo ana andres
angela antonia antonio araceli arturo asuncion aurelio beatriz begona belen benito bernardo blas borja
carla carlos carmelo carmen carolina catalina cecilia celia cesar claudia concepcion cristina cristobal
daniela diego domingo eduardo elena elias elisa eloy elvira emilia emilio encarna enrique ernesto
esperanza esteban estela eugenia eugenio eva fabian felipe fermin fernanda fernando fidel florencia
francisca francisco gabriela gema gerardo german gerardo gilberto gonzalo gregorio guadalupe guillermo
gustavo hector hernan hugo humberto ignacio ines inmaculada irene isidro jaime javier jeronimo jesus
jimena joaquin jorge jose josefa josefina juan juana julieta julio laia leandro leonor leticia lidia
lola lorena lorenzo lourdes lucia luciano luis luisa macarena magdalena manolo manuel manuela marcela
marcelo marcos margarita mariana mariano maribel marisol marta mateo matias mauricio maximo miguel
milagros miriam montserrat nacho natalia nerea nicolas nieves noelia nuria octavio olga oriol pablo paco
paloma pascual patricio paz pedro pepe rafael ramiro ramon raquel raul rebeca reyes ricardo roberto
rocio rodolfo rodrigo rogelio roman rosa rosalia ruben salvador santiago saul sebastian sergio silvia
simon sofia soledad sonia susana tania teodoro teresa tomas trinidad valentina vanesa veronica vicente
victoria virginia xavi ximena yolanda zaida
"""
_ARABIC: Final = """
محمد احمد محمود مصطفى حسن حسين علي عمر عثمان خالد وليد طارق كريم ياسين يوسف ابراهيم اسماعيل موسى عيسى
داود سليمان عبدالله عبدالرحمن عبدالعزيز عبدالكريم عبدالرحيم عبدالقادر فيصل فهد سلطان ناصر ماجد مازن زياد
رامي سامي هاني هشام حاتم حمزه بلال انس ايمن امين انور باسم بدر بسام بشير تامر جابر جمال جميل حازم رائد
راشد رشيد رضا رياض زكريا سالم سعد سعيد سمير سيف شادي شريف صابر صالح صلاح ضياء عادل عاصم عامر عباس عصام
عماد غسان فادي فارس فؤاد قاسم قيس لؤي مالك مجدي مراد مروان معاذ منذر منصور مهند نادر نبيل نزار نضال نعيم
وائل وسام ياسر يحيى يزيد يونس فاطمه عائشه خديجه مريم زينب سعاد سلمى سلوى سميره ساره سناء شيماء صفاء عبير
علياء غاده فدوى فرح كوثر ليلى لمياء لينا لطيفه مها مني منال منى ميساء نادين ناديه نجلاء نجوى نسرين نهله
نهى نوال نوره نورا هاله هبه هدى هند هيفاء وداد وفاء ياسمين يسرى اسماء ابتسام الاء امينه ايمان ايناس
بثينه بشرى جميله حليمه حنان خلود دلال دينا راضيه رانيا رباب رشا رقيه ريم ريهام زهره سعديه mohamed
mohammed muhammad ahmed ahmad mahmoud mustafa mostafa hassan hussein husain ali omar umar othman khalid
khaled walid waleed tariq tarek yassin yasin youssef yusuf ibrahim ismail moussa musa abdullah abdallah
abdel abdelkader abdelaziz abderrahmane rachid karim fatima aicha aisha khadija maryam mariam zainab
zeinab layla leila salma samira noura hanan iman hamza bilal nabil hicham hisham rania yasmine jamal
faisal fadi sami rami amina nadia naima
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GIVEN_NAMES: Final = _words(f"{_ENGLISH} {_FRENCH} {_SPANISH} {_ARABIC}")

NAMES_AND_WORDS: Final = _words(
    """
    art bill bob carol chase dawn dean drew faith frank gene grace grant guy harmony hope iris ivy jack
    joy june lily mark may miles penny ray rich rob rose ruby sandy sky sue summer tony violet wade ward
    will aime ange aurore axel blanche camille claire clemence constance constant desire fleur france
    juste loup marine marguerite moise noel olive pascal pierre prudence reine violette alba amparo
    angel asuncion belen blanca bueno caridad consuelo cruz dolores domingo esperanza gracia lola luz
    maximo mercedes milagros nieves paloma paz pilar reyes rocio rosa rosario sol soledad salvador
    trinidad victoria
    """
)
"""Names that are words as well: names only where their capital cannot come from a sentence's beginning."""

SHORT_WORDS: Final = _words(
    """
    dos las los para pero una por que con bien mas muy the and for our you are not but all can who how
    any les des une est qui pas nos aux sur par
    """
)
"""Words that a roster may hold as a part of somebody's name, and that are none by themselves."""

TITLES: Final = _words(
    """
    mr mrs ms miss mx dr doctor prof professor sir dame lord lady madam captain officer inspector
    monsieur madame mademoiselle mme mlle docteur maitre sr sra srta don dona senor senora senorita
    doctora dra profesor profesora licenciado lic ing السيد السيده الانسه الدكتور الدكتوره دكتور دكتوره
    الاستاذ الاستاذه استاذ استاذه المهندس المهندسه مهندس الشيخ الحاج الاخ الاخت ابو ام
    """
)
"""What stands before a name. Folded, without a full stop."""

PARTICLES: Final = _words(
    """
    al bin ben bint de del den der di da du el la las le los ibn van von y e بن بنت ابن
    """
)
"""What stands inside a name."""

CAPITALISED: Final = _words(
    """
    i i'm i've i'd i'll ok tv it hr pc it's gps pdf cri monday tuesday wednesday thursday friday
    saturday sunday january february march april may june july august september october november
    december christmas easter ramadan eid english french spanish arabic internet
    """
)
"""What English writes with a capital and is nobody's name."""

SENTENCE_OPENERS: Final = _words(
    """
    a an the this that these those our my your his her their its we i you he she they it and but or if
    when while because as at in on for from to with by of no not please some many most all every each
    more less there here what why how who where which since after before although also so then too only
    even both either sometimes often always never maybe perhaps thanks thank dear hello hi yes ask tell
    give let make stop start keep get put do don't is are was were be been has have had can could would
    should will may might must better good great bad last next first le la les l un une des du de ce
    cette ces notre nos mon ma mes votre vos leur leurs son sa ses nous je tu il elle on ils elles et
    mais ou si quand parce comme dans sur pour par avec sans a au aux en que qui quoi pourquoi comment
    merci bonjour il y pas plus moins tres trop tout tous toute toutes chaque el los las una unos unas
    lo este esta estos estas ese esa nuestro nuestra nuestros nuestras mi mis tu su sus yo nosotros
    ellos ellas y pero o si cuando porque como en para por con sin al del que quien gracias hola hay no
    mas menos muy todo todos toda todas cada desde hasta
    """
)
"""Words that begin sentences, and so have a capital that says nothing."""
