"""A small forum in several languages, written for these tests: contributions with their translations, name → language → text."""

from collections.abc import Mapping

CONTRIBUTIONS: Mapping[str, Mapping[str, str]] = {
    "seeds": {
        "en": "In our village forty families keep their own seeds of millet and sorghum. Every spring we meet under the"
        " big tree and each household brings what it can spare. Since 2011 nobody has had to buy seed from the trader."
        " We write down who gave and who received, so that no one is ashamed to ask.",
        "es": "En nuestro pueblo cuarenta familias guardan sus propias semillas de mijo y sorgo. Cada primavera nos"
        " reunimos bajo el árbol grande y cada hogar trae lo que le sobra. Desde 2011 nadie ha tenido que comprar"
        " semillas al comerciante. Anotamos quién dio y quién recibió, para que nadie tenga vergüenza de pedir.",
        "fr": "Dans notre village, quarante familles conservent leurs propres semences de mil et de sorgho. Chaque"
        " printemps, nous nous retrouvons sous le grand arbre et chaque foyer apporte ce qu'il a en trop. Depuis 2011,"
        " personne n'a dû acheter de semences au commerçant. Nous notons qui a donné et qui a reçu, pour que nul n'ait"
        " honte de demander.",
        "pt": "Na nossa aldeia, quarenta famílias guardam as suas próprias sementes de milhete e sorgo. Todas as"
        " primaveras reunimo-nos debaixo da grande árvore e cada casa traz o que lhe sobra. Desde 2011 ninguém teve de"
        " comprar sementes ao comerciante. Anotamos quem deu e quem recebeu, para que ninguém tenha vergonha de pedir.",
        "ar": "في قريتنا تحتفظ أربعون أسرة ببذورها الخاصة من الدخن والذرة الرفيعة. نجتمع كل ربيع تحت الشجرة الكبيرة"
        " ويجلب كل بيت ما يزيد عن حاجته. منذ عام 2011 لم يضطر أحد إلى شراء البذور من التاجر. ونحن نسجل من أعطى ومن أخذ"
        " حتى لا يخجل أحد من أن يطلب.",
    },
    "seed-law": {
        "en": "The new law on seeds worries us. It says that only varieties in the official catalogue may be sold, and"
        " to enter a variety there costs 600 euros. No farmer of our valley can pay that for a bean that three villages"
        " grow. We ask that exchange between neighbours be left out of the law, as it is in Brazil.",
        "es": "La nueva ley de semillas nos preocupa. Dice que solo se pueden vender las variedades del catálogo"
        " oficial, e inscribir una variedad cuesta 600 euros. Ningún agricultor de nuestro valle puede pagar eso por un"
        " frijol que cultivan tres pueblos. Pedimos que el intercambio entre vecinos quede fuera de la ley, como en Brasil.",
        "fr": "La nouvelle loi sur les semences nous inquiète. Elle dit que seules les variétés du catalogue officiel"
        " peuvent être vendues, et y inscrire une variété coûte 600 euros. Aucun paysan de notre vallée ne peut payer"
        " cela pour un haricot que cultivent trois villages. Nous demandons que l'échange entre voisins reste hors de la"
        " loi, comme au Brésil.",
        "pt": "A nova lei das sementes preocupa-nos. Diz que só podem ser vendidas as variedades do catálogo oficial, e"
        " inscrever uma variedade custa 600 euros. Nenhum agricultor do nosso vale pode pagar isso por um feijão que três"
        " aldeias cultivam. Pedimos que a troca entre vizinhos fique fora da lei, como no Brasil.",
        "ar": "يقلقنا قانون البذور الجديد. فهو ينص على أنه لا يجوز بيع سوى الأصناف المدرجة في السجل الرسمي، وتسجيل صنف"
        " واحد فيه يكلف 600 يورو. لا يستطيع أي مزارع في وادينا أن يدفع ذلك من أجل فاصوليا تزرعها ثلاث قرى. نطلب أن يبقى"
        " التبادل بين الجيران خارج القانون كما هو الحال في البرازيل.",
    },
    "buses": {
        "en": "Since the morning bus was taken away, 27 pupils walk five kilometres along the main road to school. In"
        " winter they leave in the dark. A minibus with nine seats, driven in turn by parents who are insured by the"
        " town, would cost less than 8,500 a year. Two towns nearby have done it, and we could visit them.",
        "es": "Desde que quitaron el autobús de la mañana, 27 alumnos caminan cinco kilómetros por la carretera hasta la"
        " escuela. En invierno salen a oscuras. Un microbús de nueve plazas, conducido por turnos por padres asegurados"
        " por el municipio, costaría menos de 8.500 al año. Dos municipios cercanos lo han hecho y podríamos visitarlos.",
        "fr": "Depuis la suppression du bus du matin, 27 élèves marchent cinq kilomètres le long de la grande route pour"
        " aller à l'école. En hiver, ils partent dans le noir. Un minibus de neuf places, conduit à tour de rôle par des"
        " parents assurés par la commune, coûterait moins de 8 500 par an. Deux communes voisines l'ont fait, et nous"
        " pourrions leur rendre visite.",
        "pt": "Desde que tiraram o autocarro da manhã, 27 alunos caminham cinco quilómetros pela estrada principal até à"
        " escola. No inverno saem às escuras. Um miniautocarro de nove lugares, conduzido à vez por pais segurados pelo"
        " município, custaria menos de 8.500 por ano. Dois municípios vizinhos já o fizeram e podíamos visitá-los.",
        "ar": "منذ إلغاء حافلة الصباح يمشي 27 تلميذا خمسة كيلومترات على الطريق الرئيسي إلى المدرسة. وفي الشتاء يخرجون في"
        " الظلام. حافلة صغيرة بتسعة مقاعد يقودها بالتناوب آباء تؤمن عليهم البلدية ستكلف أقل من 8500 في السنة. وقد فعلت"
        " ذلك بلدتان قريبتان ويمكننا أن نزورهما.",
    },
    "water": {
        "en": "The well at the school gives less water each year. In 2009 we drew 40 buckets an hour, now it is 25. The"
        " nurse says that the children drink too little in the hot months. We propose a roof tank for rain water, which"
        " the parents can build in two weekends if the council pays for the pipes and the cement.",
        "es": "El pozo de la escuela da menos agua cada año. En 2009 sacábamos 40 cubos por hora, ahora son 25. La"
        " enfermera dice que los niños beben muy poco en los meses de calor. Proponemos un depósito en el tejado para el"
        " agua de lluvia, que los padres pueden construir en dos fines de semana si el ayuntamiento paga los tubos y el"
        " cemento.",
        "fr": "Le puits de l'école donne moins d'eau chaque année. En 2009, nous tirions 40 seaux par heure, maintenant"
        " c'est 25. L'infirmière dit que les enfants boivent trop peu pendant les mois chauds. Nous proposons une citerne"
        " sur le toit pour l'eau de pluie, que les parents peuvent construire en deux week-ends si la mairie paie les"
        " tuyaux et le ciment.",
        "pt": "O poço da escola dá menos água a cada ano. Em 2009 tirávamos 40 baldes por hora, agora são 25. A"
        " enfermeira diz que as crianças bebem muito pouco nos meses quentes. Propomos um depósito no telhado para a água"
        " da chuva, que os pais podem construir em dois fins de semana se a câmara pagar os tubos e o cimento.",
        "ar": "تعطي بئر المدرسة ماء أقل كل سنة. في عام 2009 كنا نسحب 40 دلوا في الساعة والآن 25 دلوا فقط. تقول الممرضة إن"
        " الأطفال يشربون القليل جدا في أشهر الحر. نقترح خزانا على السطح لمياه المطر يستطيع الآباء بناءه في عطلتي نهاية"
        " أسبوع إذا دفع المجلس ثمن الأنابيب والإسمنت.",
    },
    "market": {
        "en": "Our market has 60 stalls, and only 14 of them sell what grows here. The others bring fruit from the port"
        " by lorry. If the fee were lower for those who sell their own harvest, more of us would come on Saturdays. Old"
        " people without a car would find fresh vegetables again, and the square would be alive as it used to be.",
        "es": "Nuestro mercado tiene 60 puestos y solo 14 venden lo que crece aquí. Los demás traen fruta del puerto en"
        " camión. Si la tasa fuera más baja para quienes venden su propia cosecha, más de nosotros vendríamos los sábados."
        " Los mayores sin coche volverían a encontrar verduras frescas, y la plaza estaría viva como antes.",
        "fr": "Notre marché compte 60 étals, et 14 seulement vendent ce qui pousse ici. Les autres apportent des fruits du"
        " port en camion. Si la redevance était plus basse pour ceux qui vendent leur propre récolte, nous serions plus"
        " nombreux à venir le samedi. Les personnes âgées sans voiture retrouveraient des légumes frais, et la place"
        " serait vivante comme autrefois.",
        "pt": "O nosso mercado tem 60 bancas e só 14 vendem o que aqui cresce. As outras trazem fruta do porto em camião."
        " Se a taxa fosse mais baixa para quem vende a sua própria colheita, mais de nós viríamos aos sábados. Os idosos"
        " sem carro voltariam a encontrar legumes frescos, e a praça estaria viva como antigamente.",
        "ar": "في سوقنا 60 كشكا ولا يبيع ما ينبت هنا إلا 14 منها. أما الباقي فيجلب الفاكهة من الميناء بالشاحنات. لو كانت"
        " الرسوم أقل لمن يبيع محصوله بنفسه لجاء عدد أكبر منا يوم السبت. وسيجد كبار السن الذين لا يملكون سيارة خضروات"
        " طازجة من جديد وستعود الساحة حية كما كانت.",
    },
    "market-fees": {
        "en": "I sell cheese at the market and I am against lower fees for some. The fee pays the two people who clean the"
        " square and the lamps in winter. When it was cut in 2015 the rubbish stayed until Monday. Better to let each"
        " trader choose between a whole day and a half day, so that small sellers pay for the hours that they use.",
        "es": "Vendo queso en el mercado y estoy en contra de tasas más bajas para algunos. La tasa paga a las dos personas"
        " que limpian la plaza y las lámparas en invierno. Cuando se redujo en 2015, la basura se quedó hasta el lunes."
        " Mejor dejar que cada comerciante elija entre el día entero y medio día, para que los pequeños paguen por las"
        " horas que usan.",
        "fr": "Je vends du fromage au marché et je suis contre des redevances plus basses pour certains. La redevance paie"
        " les deux personnes qui nettoient la place et les lampes en hiver. Quand elle a été réduite en 2015, les ordures"
        " sont restées jusqu'au lundi. Mieux vaut laisser chaque marchand choisir entre la journée entière et la"
        " demi-journée, pour que les petits paient les heures qu'ils utilisent.",
        "pt": "Vendo queijo no mercado e sou contra taxas mais baixas para alguns. A taxa paga às duas pessoas que limpam a"
        " praça e as lâmpadas no inverno. Quando foi reduzida em 2015, o lixo ficou até segunda-feira. É melhor deixar"
        " cada comerciante escolher entre o dia inteiro e meio dia, para que os pequenos paguem as horas que usam.",
        "ar": "أبيع الجبن في السوق وأنا ضد تخفيض الرسوم للبعض. فالرسوم تدفع أجر الشخصين اللذين ينظفان الساحة وثمن المصابيح"
        " في الشتاء. عندما خفضت في عام 2015 بقيت القمامة حتى يوم الاثنين. الأفضل أن يختار كل بائع بين يوم كامل ونصف يوم"
        " حتى يدفع الصغار ثمن الساعات التي يستعملونها.",
    },
    "library": {
        "en": "The library van comes every second Thursday and stays forty minutes. My daughter has read everything that it"
        " carries. Could the books that nobody borrows in the city not change places with ours twice a year? Ms Okafor of"
        " the city library told us that 3,200 of them wait in a cellar. We would find volunteers to fetch them.",
        "es": "El bibliobús viene cada dos jueves y se queda cuarenta minutos. Mi hija ha leído todo lo que lleva. ¿No"
        " podrían los libros que nadie pide en la ciudad cambiar de lugar con los nuestros dos veces al año? La señora"
        " Okafor, de la biblioteca municipal, nos dijo que 3.200 de ellos esperan en un sótano. Encontraríamos voluntarios"
        " para recogerlos.",
        "fr": "Le bibliobus vient un jeudi sur deux et reste quarante minutes. Ma fille a lu tout ce qu'il transporte. Les"
        " livres que personne n'emprunte en ville ne pourraient-ils pas changer de place avec les nôtres deux fois par an ?"
        " Mme Okafor, de la bibliothèque municipale, nous a dit que 3 200 d'entre eux attendent dans une cave. Nous"
        " trouverions des bénévoles pour aller les chercher.",
        "pt": "A biblioteca itinerante vem de duas em duas quintas-feiras e fica quarenta minutos. A minha filha leu tudo o"
        " que ela traz. Os livros que ninguém requisita na cidade não poderiam trocar de lugar com os nossos duas vezes por"
        " ano? A senhora Okafor, da biblioteca municipal, disse-nos que 3.200 deles esperam numa cave. Encontraríamos"
        " voluntários para os ir buscar.",
        "ar": "تأتي المكتبة المتنقلة كل خميس ثان وتبقى أربعين دقيقة. لقد قرأت ابنتي كل ما تحمله. ألا يمكن للكتب التي لا"
        " يستعيرها أحد في المدينة أن تتبادل المكان مع كتبنا مرتين في السنة؟ أخبرتنا السيدة أوكافور من مكتبة المدينة أن"
        " 3200 كتاب منها ينتظر في قبو. وسنجد متطوعين لإحضارها.",
    },
    "care": {
        "en": "My mother is 84 and lives alone on the hill. The nurse has eleven minutes for each visit, and no time to"
        " talk. Three neighbours have agreed to look in on her in turn, and we keep a notebook on the kitchen table. If"
        " the health centre answered our questions by telephone one hour a week, other streets would dare to do the same.",
        "es": "Mi madre tiene 84 años y vive sola en la colina. La enfermera tiene once minutos para cada visita y no tiene"
        " tiempo de hablar. Tres vecinos han acordado pasar a verla por turnos, y llevamos un cuaderno en la mesa de la"
        " cocina. Si el centro de salud respondiera a nuestras preguntas por teléfono una hora a la semana, otras calles"
        " se atreverían a hacer lo mismo.",
        "fr": "Ma mère a 84 ans et vit seule sur la colline. L'infirmière a onze minutes pour chaque visite, et pas le"
        " temps de parler. Trois voisins ont accepté de passer la voir à tour de rôle, et nous tenons un cahier sur la"
        " table de la cuisine. Si le centre de santé répondait à nos questions par téléphone une heure par semaine,"
        " d'autres rues oseraient en faire autant.",
        "pt": "A minha mãe tem 84 anos e vive sozinha na colina. A enfermeira tem onze minutos para cada visita e não tem"
        " tempo para conversar. Três vizinhos concordaram em ir vê-la à vez, e temos um caderno na mesa da cozinha. Se o"
        " centro de saúde respondesse às nossas perguntas por telefone uma hora por semana, outras ruas atrever-se-iam a"
        " fazer o mesmo.",
        "ar": "أمي عمرها 84 عاما وتعيش وحدها على التل. لدى الممرضة إحدى عشرة دقيقة لكل زيارة ولا وقت لديها للحديث. وافق"
        " ثلاثة جيران على المرور بها بالتناوب ونحتفظ بدفتر على طاولة المطبخ. لو أجاب المركز الصحي عن أسئلتنا بالهاتف ساعة"
        " واحدة في الأسبوع لتجرأت شوارع أخرى على أن تفعل الشيء نفسه.",
    },
}

_ANNOUNCEMENT: Mapping[str, str] = {
    "en": "Phase {0} of the forum opens on {1} September and closes on {2} September. So far {3} contributions have come"
    " in. The synthesis of the former phase can be asked for by mail. Write to the list of your language, and tell us of"
    " your experience. Everybody who wrote in the former phases is invited again. The moderators read every text.",
    "es": "La fase {0} del foro se abre el {1} de septiembre y se cierra el {2} de septiembre. Hasta ahora han llegado {3}"
    " contribuciones. La síntesis de la fase anterior se puede pedir por correo. Escriba a la lista de su idioma y"
    " cuéntenos su experiencia. Todas las personas que escribieron en las fases anteriores están invitadas de nuevo. Los"
    " moderadores leen cada texto.",
    "fr": "La phase {0} du forum s'ouvre le {1} septembre et se termine le {2} septembre. Jusqu'ici, {3} contributions sont"
    " arrivées. La synthèse de la phase précédente peut être demandée par courriel. Écrivez à la liste de votre langue et"
    " racontez-nous votre expérience. Toutes les personnes qui ont écrit dans les phases précédentes sont de nouveau"
    " invitées. Les modérateurs lisent chaque texte.",
}
ANNOUNCEMENTS: Mapping[str, Mapping[str, str]] = {
    f"phase-{number}": {
        language: text.format(number, 3 + 7 * number, 9 + 7 * number, 11 + 13 * number)
        for language, text in _ANNOUNCEMENT.items()
    }
    for number in (1, 2, 3)
}
"""Notices on one template."""

LONG: Mapping[str, str] = {
    language: "\n\n".join(CONTRIBUTIONS[name][language] for name in ("water", "buses", "care", "library"))
    for language in ("en", "es", "fr", "pt", "ar")
}
"""A contribution of four paragraphs."""

COMMENT_FR = (
    "Je ne suis pas d'accord. Chez nous aussi le puits donne peu, mais une citerne sur le toit coûte cher à entretenir et"
    " l'eau de pluie devient sale en été si personne ne la nettoie. Il vaudrait mieux réparer la conduite qui fuit depuis"
    " des années près de la mairie, et demander aux parents de donner une gourde à chaque enfant le matin."
)
"""In answer to "water"."""
