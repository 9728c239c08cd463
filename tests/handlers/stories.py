"""What participants wrote in three languages: two contributions that are nobody's template, and their translations."""

SEEDS = {
    "en": """The seed bank of Tambo

In 2009 nine families of Tambo put the seeds that they had left into one shed. Today we are 64 families. Whoever takes
one kilo of maize gives back two after the harvest, and the school keeps the book in which everything is written.

In the first year we lost a third of the beans to weevils. Since we dry them for twelve days and keep them with ash in
clay pots, we have lost none. The council lent us half a hectare, where the old people grow the kinds that nobody sells
any more: black quinoa, the red potato of the heights, and four kinds of broad beans.

What we could not solve is water. From August to November the canal carries almost nothing, and those at its end
harvest half of what the others do.
""",
    "es": """El banco de semillas de Tambo

En 2009, nueve familias de Tambo juntaron en un cobertizo las semillas que les quedaban. Hoy somos 64 familias. Quien se
lleva un kilo de maíz devuelve dos después de la cosecha, y la escuela guarda el cuaderno donde se anota todo.

El primer año los gorgojos se comieron un tercio de los frijoles. Desde que los secamos durante doce días y los guardamos
con ceniza en vasijas de barro, no hemos perdido ninguno. El municipio nos prestó media hectárea, donde los mayores
cultivan las variedades que ya nadie vende: quinua negra, la papa roja de las alturas y cuatro clases de habas.

Lo que no hemos podido resolver es el agua. De agosto a noviembre el canal casi no trae nada, y los que están al final
cosechan la mitad que los demás.
""",
    "fr": """La banque de semences de Tambo

En 2009, neuf familles de Tambo ont réuni dans une remise les semences qui leur restaient. Aujourd'hui, nous sommes
64 familles. Qui prend un kilo de maïs en rend deux après la récolte, et l'école tient le cahier où tout est noté.

La première année, les charançons ont mangé un tiers des haricots. Depuis que nous les séchons pendant douze jours et
les gardons avec de la cendre dans des pots d'argile, nous n'en avons perdu aucun. La commune nous a prêté un
demi-hectare, où les anciens cultivent les variétés que plus personne ne vend : le quinoa noir, la pomme de terre rouge
des hauteurs et quatre sortes de fèves.

Ce que nous n'avons pas su résoudre, c'est l'eau. D'août à novembre, le canal n'apporte presque rien, et ceux qui sont
au bout récoltent la moitié de ce que récoltent les autres.
""",
}

BAKERY = {
    "en": """A bakery that belongs to its neighbours

When the baker of Saint-Jean retired in March 2011, 118 households bought one share of 50 euros each and kept the oven.
We pay two bakers a full wage; the rest of the work, the accounts and the stall on Thursdays, is done by volunteers.

The flour comes from three farms less than 30 kilometres away. It costs us a fifth more than that of the mill in the
city, and we say so on a slate beside the till. Nobody has complained yet, because the price of a loaf has not changed
for two years.

Every June the members meet in the schoolyard. Last year we argued until midnight about whether to sell to the
supermarket. We voted no, by 61 to 22.
""",
    "es": """Una panadería que es de sus vecinos

Cuando el panadero de Saint-Jean se jubiló, en marzo de 2011, 118 hogares compraron cada uno una parte de 50 euros y
conservaron el horno. Pagamos un salario completo a dos panaderos; lo demás, las cuentas y el puesto de los jueves, lo
hacen voluntarios.

La harina viene de tres granjas que están a menos de 30 kilómetros. Nos cuesta una quinta parte más que la del molino de
la ciudad, y lo decimos en una pizarra al lado de la caja. Todavía no se ha quejado nadie, porque el precio del pan no ha
cambiado en dos años.

Cada mes de junio los socios se reúnen en el patio de la escuela. El año pasado discutimos hasta medianoche si vender al
supermercado. Votamos que no, por 61 a 22.
""",
    "fr": """Une boulangerie qui appartient à ses voisins

Quand le boulanger de Saint-Jean a pris sa retraite, en mars 2011, 118 foyers ont acheté chacun une part de 50 euros et
ont gardé le four. Nous payons un plein salaire à deux boulangers ; le reste du travail, les comptes et l'étal du jeudi,
est fait par des bénévoles.

La farine vient de trois fermes à moins de 30 kilomètres. Elle nous coûte un cinquième de plus que celle du moulin de la
ville, et nous le disons sur une ardoise à côté de la caisse. Personne ne s'est encore plaint, car le prix du pain n'a
pas changé depuis deux ans.

Chaque année en juin, les membres se réunissent dans la cour de l'école. L'an dernier, nous avons discuté jusqu'à minuit
pour savoir s'il fallait vendre au supermarché. Nous avons voté non, par 61 voix contre 22.
""",
}

WATER = """El comité de agua de Huaylla

Nos reunimos el primer lunes de cada mes en la capilla. Cada casa paga según lo que marca su medidor, y quien no puede
pagar trabaja un día al mes en las tuberías. En 1997 la provincia quiso vender el manantial a una empresa de la capital,
y la asamblea dijo que no. Desde entonces limpiamos los tanques nosotros mismos, dos veces al año.
"""

RADIO = """Una radio a las seis de la mañana

Antes de salir al campo, casi todos encienden la radio. Por eso leemos a esa hora los precios del mercado, y los leemos
en las dos lenguas del valle. Los comerciantes ya no pueden decirle a cada vendedor un precio distinto. Una maestra
prepara la hoja, su hijo la trae en bicicleta, y la emisora nos regala diez minutos.
"""

MOTTO = """
Tierra y Libertad, asociación de mujeres del valle, fundada en 1998. Calle de los Sauces {}, Tambo. Si no es con
nosotras, no es para nosotras.
"""


def first_line(text: str) -> str:
    """The title that its author gave it."""
    return text.partition("\n")[0]
