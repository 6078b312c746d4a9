/** What a thing is, for how often it is drawn and what may be done with it. */
export type ThingGroup =
  | "animal"
  | "plant"
  | "food"
  | "vehicle"
  | "place"
  | "sky"
  | "wear"
  | "object"
  | "sign"
  | "face"
  | "person";

/**
 * The things by hand, one a line: `name | labels of the data | other names`. Without labels, the
 * label is the name. Plurals are added by `things.ts`, except of names marked with `~`: those of
 * what is not counted, is plural already, or is a name of one.
 */
export const thingTable: Readonly<Record<ThingGroup, string>> = {
  animal: `
cat | cat, cat face | kitty, kitten, kitty cat, house cat, tabby, tabby cat, cat face, feline
dog | dog, dog face | puppy, doggy, doggie, pup, puppy dog, hound, pooch, dog face, canine
wolf
fox
lion | | lioness, lion face
tiger | tiger, tiger face | tiger face
leopard | | cheetah, jaguar
horse | horse, horse face | pony, stallion, mare, foal, horse face
unicorn | | unicorn face
zebra
~deer | deer | stag, ~doe, reindeer, fawn
cow | cow, cow face | dairy cow, ~cattle, cow face
pig | pig, pig face | piggy, piglet, hog, pig face
~sheep | ewe | lamb, ewe
goat
camel | camel, two-hump camel | dromedary
llama | | alpaca
giraffe
elephant
rhinoceros | | rhino
hippopotamus | | hippo
mouse | mouse, mouse face | mouse face
hamster
rabbit | rabbit, rabbit face | bunny, bunny rabbit, hare, rabbit face
squirrel | chipmunk | chipmunk
hedgehog | | porcupine
bat
bear | | brown bear, grizzly bear, grizzly, bear face
polar bear | | white bear
koala | | koala bear
panda | | panda bear, giant panda, panda face
sloth
kangaroo | | wallaby
raccoon | | racoon
gorilla | | ape
monkey | monkey, monkey face | chimp, chimpanzee, monkey face
turkey
chicken | | hen
rooster | | cockerel
chick | baby chick, front-facing baby chick, hatching chick | baby chick, baby chicken
bird | | little bird, songbird
crow | black bird | raven, blackbird, black bird
penguin
dove | | pigeon
eagle | | hawk, falcon, bald eagle, bird of prey
duck | | mallard
swan
owl
flamingo
peacock
parrot | | macaw
frog | | toad
crocodile | | alligator, croc, gator
turtle | | tortoise, sea turtle
lizard | | gecko
snake | | serpent
dragon | dragon, dragon face | dragon face, chinese dragon
dinosaur | sauropod | sauropod, dino, brontosaurus, long-necked dinosaur
t-rex | | tyrannosaurus, tyrannosaurus rex, t rex
whale | whale, spouting whale | blue whale
dolphin
seal | | sea lion
~fish | fish, tropical fish | goldfish, tropical fish
shark
octopus
~squid
shell | spiral shell | seashell, sea shell, conch
~jellyfish
crab
lobster | | ~crayfish, ~crawfish
~shrimp | shrimp | prawn
snail
butterfly
caterpillar | bug
ant
bee | honeybee | honeybee, honey bee, bumblebee, bumble bee, wasp
beetle | | bug, insect
ladybug | lady beetle | ladybird, lady beetle, lady bug
spider | | tarantula
spider web | | spiderweb, cobweb, spider's web
scorpion
worm | | earthworm
paw print | paw prints | paw, ~animal tracks
`,
  plant: `
bouquet | | bouquet of flowers, bunch of flowers
cherry blossom | | ~sakura
flower | blossom | daisy, blossom
rose
sunflower
tulip
potted plant | | houseplant, house plant, ~plant in a pot
tree | deciduous tree | oak tree, oak, deciduous tree, leafy tree
evergreen tree | | pine tree, pine, fir, fir tree, spruce, conifer, evergreen
christmas tree | | xmas tree
palm tree | | palm, coconut tree, coconut palm
cactus | | ~cacti, saguaro
four leaf clover | | lucky clover, four-leaf clover
maple leaf
autumn leaf | fallen leaf | fallen leaf, fall leaf, brown leaf
leaf | leaf fluttering in wind | green leaf
mushroom | | toadstool
`,
  food: `
~grapes | grapes | ~grape, bunch of grapes
watermelon | | slice of watermelon, watermelon slice
orange | tangerine | tangerine, mandarin, orange fruit, clementine
lemon
banana
pineapple
mango
apple | red apple
peach
pear
~cherries | cherries | cherry
strawberry
~blueberries | blueberries | blueberry
kiwi | kiwi fruit | kiwi fruit, kiwifruit
tomato
coconut
avocado
eggplant | | aubergine
potato | | spud
carrot
~corn | ear of corn | ear of corn, ~corn on the cob, ~maize, ~sweetcorn, corncob
chili pepper | hot pepper | chili, hot pepper, chilli, chilli pepper, ~jalapeno, chile
cucumber | | pickle
~broccoli
~garlic | garlic | clove of garlic
onion
~bread | bread | loaf of bread, bread loaf, loaf, ~toast, slice of bread
croissant
baguette | baguette bread | french bread, baguette bread
pretzel
bagel
~pancakes | pancakes | pancake, stack of pancakes
waffle
~cheese | cheese wedge | cheese wedge, piece of cheese, swiss cheese, wedge of cheese
~meat | meat on bone | ~meat on bone, ~meat on the bone
chicken leg | poultry leg | drumstick, chicken drumstick, turkey leg, ~fried chicken
steak | cut of meat | ~beef, cut of meat
~bacon | bacon | slice of bacon
hamburger | | burger, cheeseburger
~french fries | french fries | ~fries, french fry, ~chips, ~potato chips
pizza | | slice of pizza, pizza slice, pepperoni pizza
hot dog | | hotdog
sandwich
taco
burrito | | wrap
egg | | chicken egg
fried egg | cooking | frying pan, ~egg in a pan, ~sunny side up egg
salad | green salad | green salad, bowl of salad
~popcorn | popcorn | bucket of popcorn, box of popcorn
rice ball | | ~onigiri
~rice | cooked rice | bowl of rice, cooked rice, rice bowl
~ramen | steaming bowl | ~noodles, noodle, noodle soup, bowl of noodles, ~udon, bowl of soup
~spaghetti | spaghetti | ~pasta, plate of spaghetti
~sushi | sushi | sushi roll
~ice cream | ice cream, soft ice cream | ice cream cone, ~icecream, ~soft serve, ~gelato, sundae, \
~ice-cream
doughnut | | donut
cookie | | biscuit, chocolate chip cookie
birthday cake | | cake
slice of cake | shortcake | piece of cake, shortcake, cake slice, strawberry cake
cupcake | | muffin
pie | | pumpkin pie, slice of pie
chocolate bar | | ~chocolate, bar of chocolate, candy bar
candy | | sweet, piece of candy
lollipop | | sucker
pudding | custard | ~custard, flan
~honey | honey pot | honey pot, jar of honey, pot of honey, honey jar
~milk | glass of milk | glass of milk
~coffee | hot beverage | cup of coffee, coffee cup, coffee mug, mug of coffee, hot drink, \
espresso, cappuccino, latte, cup, mug, ~hot chocolate, hot beverage
~tea | teacup without handle | cup of tea, green tea, teacup, tea cup
teapot | | kettle, tea kettle, tea pot
~champagne | bottle with popping cork | champagne bottle, bottle of champagne, bottle
~wine | wine glass | glass of wine, wine glass, ~red wine, wineglass
cocktail | cocktail glass | martini, cocktail glass, martini glass
~beer | beer mug | mug of beer, pint of beer, beer mug, glass of beer, pint, ~ale, ~lager
soda | cup with straw | soft drink, ~cola, ~coke, cup with straw, ~lemonade
ice cube | ice | ~ice, cube of ice, block of ice
~fork and knife | fork and knife | ~cutlery, ~silverware, ~knife and fork, fork
spoon
vase | amphora | amphora, urn, pot
`,
  vehicle: `
car | automobile, oncoming automobile | automobile, auto, sedan, motorcar, motor car, vehicle
racing car | | race car, racecar, sports car, formula one car, formula 1 car
truck | delivery truck, articulated lorry | lorry, delivery truck, semi truck, semi
taxi | taxi, oncoming taxi | cab, taxicab, yellow cab, taxi cab
police car | police car, oncoming police car | cop car, patrol car
ambulance
fire engine | | fire truck, firetruck
bus | bus, oncoming bus | city bus, school bus, coach
locomotive | | steam train, steam engine, steam locomotive
train | train, metro, light rail | railway train, passenger train, subway train, subway, metro
tractor | | farm tractor
motorcycle | | motorbike, motor bike
scooter | kick scooter | kick scooter
bicycle | | bike, cycle, pushbike
skateboard
airplane | airplane, small airplane | plane, aeroplane, jet, ~aircraft, air plane, jumbo jet
helicopter | | chopper
rocket | | spaceship, rocket ship, spacecraft, space shuttle, space ship, space rocket
ufo | flying saucer | flying saucer, alien spaceship
sailboat | | sailing boat, boat, yacht, sail boat
ship | ship, passenger ship | cruise ship, ocean liner, steamship
anchor
traffic light | horizontal traffic light, vertical traffic light | stoplight, traffic signal
stop sign
`,
  place: `
~earth | globe showing americas, globe showing europe-africa, globe showing asia-australia | \
globe, ~planet earth, world, earth globe
mountain | mountain, snow-capped mountain | snowy mountain, mountain peak, peak, hill
volcano
island | desert island | tropical island, desert island
building | office building | office building, skyscraper, office, tower block, apartment building
house | house, house with garden | home, cottage, little house
castle | | palace
church | | chapel, cathedral
temple | classical building | greek temple, museum, classical building, roman temple
~statue of liberty | statue of liberty
fountain | | water fountain
tent | tent, camping | camping tent, campsite
city | cityscape | cityscape, town, skyline, city skyline
sunset | sunset, cityscape at dusk | sundown, ~dusk
sunrise | sunrise, sunrise over mountains | dawn, ~sunrise over the sea
bridge | bridge at night | suspension bridge
carousel | carousel horse | merry-go-round, carousel horse, merry go round
ferris wheel | | big wheel
circus tent | | circus, big top
`,
  sky: `
sun | sun, sun with face | ~sunshine, ~sun with face, yellow sun
moon | crescent moon | crescent moon, crescent, half moon
full moon | full moon | full-moon
star | star, glowing star | gold star
shooting star | | falling star, meteor
planet | ringed planet | ~saturn, ringed planet, ~planet saturn
cloud
thunderstorm | cloud with lightning, cloud with lightning and rain | storm, thundercloud, storm \
cloud, cloud with lightning
rain cloud | cloud with rain | ~rain, rainy cloud, cloud with rain
tornado | | twister, whirlwind
rainbow
umbrella | umbrella, umbrella with rain drops | ~umbrella in the rain, open umbrella
~lightning | high voltage | lightning bolt, thunderbolt, ~thunder, flash of lightning, bolt of \
lightning
snowflake | | snow flake, ice crystal
snowman | snowman, snowman without snow | snow man
~fire | fire | flame, campfire, bonfire
drop of water | droplet | water drop, droplet, ~water, raindrop, drop, waterdrop, teardrop
wave | water wave | ocean wave, sea wave, ~sea, ~ocean, tsunami, water wave
`,
  wear: `
~glasses | glasses | ~eyeglasses, ~spectacles, pair of glasses
~sunglasses | sunglasses | ~shades, pair of sunglasses, ~dark glasses
necktie | | tie
t-shirt | | shirt, tee shirt, tee, t shirt, tshirt
~jeans | jeans | ~pants, ~trousers, pair of jeans, ~blue jeans
scarf
~gloves | gloves | glove, mitten, pair of gloves
coat | | jacket, winter coat
~socks | socks | sock, pair of socks
dress | | gown
bikini
handbag | | hand bag, bag
backpack | | rucksack, school bag, schoolbag, knapsack
shoe | man's shoe | dress shoe, leather shoe, man's shoe
sneaker | running shoe | running shoe, trainer, tennis shoe, sports shoe, gym shoe
high heel | high-heeled shoe | high-heeled shoe, high heeled shoe, stiletto
boot | woman's boot
crown | | royal crown, gold crown, golden crown
top hat | | hat, magician's hat, magician hat
graduation cap | | mortarboard, graduation hat
cap | billed cap | baseball cap, billed cap
helmet | rescue worker's helmet | hard hat, hardhat, safety helmet, rescue helmet
ring | | diamond ring, wedding ring, engagement ring
gem | gem stone | diamond, gemstone, jewel, gem stone
ribbon | | bow, hair bow
`,
  object: `
pumpkin | jack-o-lantern | jack-o-lantern, halloween pumpkin, jack o lantern, jack-o'-lantern
~fireworks | fireworks | firework
balloon
gift | wrapped gift | present, gift box, wrapped gift, christmas present, birthday present
medal | sports medal, military medal | military medal, sports medal
gold medal | 1st place medal | first place medal
trophy | | trophy cup, winner's cup
soccer ball | | ~soccer, soccerball
american football | | football
baseball
basketball
volleyball
tennis ball | tennis | ~tennis, tennis racket, tennis racquet
target | bullseye | dartboard, bullseye, dart board
game controller | video game | gamepad, controller, video game controller, video game
~dice | game die | ~die, game die
puzzle piece | | jigsaw piece, jigsaw puzzle, puzzle, jigsaw
teddy bear | | stuffed bear, plush bear, teddy
~theater masks | performing arts | theater mask, ~theatre masks, ~drama masks, ~comedy and \
tragedy masks
painting | framed picture | picture frame, framed picture, framed painting
ball of yarn | yarn | ~yarn, yarn ball, ~wool, ball of wool
megaphone | | bullhorn
bell | | school bell, golden bell
musical note | musical note, musical notes | music note, ~music, note
microphone | | mic
~headphones | headphone | headphone, headset, pair of headphones
saxophone | | sax
guitar | | electric guitar, acoustic guitar
piano | musical keyboard | musical keyboard, piano keyboard, ~piano keys
trumpet
violin | | fiddle, cello
drum | | snare drum
phone | mobile phone | mobile phone, cell phone, smartphone, cellphone, mobile, iphone, smart phone
telephone | | old phone, landline, landline phone, rotary phone
battery
laptop | | laptop computer, notebook computer
computer | desktop computer | desktop computer, pc, computer screen, monitor, computer monitor
keyboard | | computer keyboard
computer mouse
television | | tv, television set, telly, tv set
camera | camera, camera with flash | photo camera, digital camera
magnifying glass | magnifying glass tilted left, magnifying glass tilted right | magnifier, \
magnifying lens
candle
light bulb | | lightbulb, bulb, lamp
flashlight | | torch
book | closed book | closed book
open book | | opened book
~books | books | stack of books, pile of books
notebook | notebook, notebook with decorative cover | exercise book, journal
newspaper
bag of money | money bag | money bag, sack of money, moneybag
coin | | gold coin
~money | dollar banknote | dollar bill, ~cash, dollar, banknote, ~dollar banknote
envelope | | letter, ~mail
box | package | package, parcel, cardboard box
pencil
pen | | ballpoint pen, biro
paintbrush | | paint brush
crayon
~scissors | scissors | pair of scissors
trash can | wastebasket | wastebasket, bin, garbage can, trash bin, rubbish bin, dustbin
padlock | locked | lock
key | key, old key | old key, door key
hammer
axe | | ax, hatchet
sword | dagger, crossed swords | dagger, ~crossed swords
~bow and arrow | bow and arrow | archery bow, ~archery
shield
wrench | | spanner
screwdriver
gear | | cog, cogwheel
magnet | | horseshoe magnet
telescope
syringe | | injection, vaccine
pill | | ~medicine, capsule, tablet
door
mirror | | hand mirror
window
bed
couch | couch and lamp | sofa, settee
chair | | wooden chair
toilet
bathtub | | bath, tub, bath tub
toothbrush
tombstone | headstone | gravestone, headstone, grave
rock | | stone, boulder
hourglass | hourglass done, hourglass not done | sand timer, egg timer
watch | | wristwatch, wrist watch
alarm clock
clock | three o'clock, four o'clock, ten o'clock | wall clock
`,
  sign: `
heart | red heart | love heart, ~love, heart shape
broken heart | | heartbreak
sparkling heart | | sparkly heart
~sparkles | sparkles | sparkle
~lips | kiss mark | kiss mark, kiss, lipstick kiss
explosion | collision | ~boom, bang, collision
question mark | red question mark
exclamation mark | red exclamation mark | exclamation point
check mark | check mark, check mark button | checkmark, tick
~yin yang | yin yang | ~yin and yang
`,
  face: `
smiling face | grinning face, grinning face with big eyes, grinning face with smiling eyes, \
smiling face with smiling eyes, slightly smiling face, beaming face with smiling eyes | happy \
face, smiley, smiley face, smile, ~smiling, ~happy, happy emoji, smiling emoji, grinning face, grin
laughing face | face with tears of joy, grinning squinting face, rolling on the floor laughing | \
laughing emoji, laugh, ~laughing, face with tears of joy, ~lol
winking face | | wink, winking emoji
smiling face with sunglasses | | cool face, face with sunglasses, cool emoji, sunglasses face, \
smiley with sunglasses
heart eyes face | smiling face with heart-eyes | face with heart eyes, ~heart eyes, love face, \
~face in love
kissing face | face blowing a kiss, kissing face, kissing face with closed eyes | kissy face, \
kiss face, face blowing a kiss
face with tongue | face with tongue, winking face with tongue, squinting face with tongue | \
tongue face, ~face with tongue out, silly face, ~face sticking out its tongue
thinking face | | thinking emoji, ~thinking
neutral face | neutral face, expressionless face | straight face, poker face, blank face
sleeping face | sleeping face | sleepy face, ~sleeping, asleep face, sleeping emoji
crying face | crying face, loudly crying face | ~crying, crying emoji, tearful face
sad face | frowning face, slightly frowning face, disappointed face, pensive face | unhappy face, \
frowning face, frown, ~sad, sad emoji, frowny face
angry face | angry face, enraged face | mad face, angry emoji, ~angry, furious face
surprised face | face with open mouth, astonished face, hushed face | shocked face, ~surprised, \
amazed face, surprised emoji
scared face | face screaming in fear, fearful face | screaming face, frightened face, afraid \
face, ~scared
sick face | nauseated face | nauseated face, green face, ill face
face with mask | face with medical mask | face with a mask, masked face, face with medical mask
nerd face | | nerd, nerdy face, geek, face with glasses
cowboy face | cowboy hat face | cowboy, face with cowboy hat, cowboy hat face
party face | partying face | partying face
angel face | smiling face with halo | face with halo, smiling face with halo, face with a halo
devil | smiling face with horns, angry face with horns | demon, devil face, face with horns, imp
clown | clown face | clown face
ghost | | spook, spooky ghost
alien | | extraterrestrial, alien face, martian
robot | | robot face, android, robot head
skull | | human skull, skeleton, skeleton head
poop | pile of poo | poo, pile of poo, pile of poop, turd
`,
  person: `
woman | | lady, ~women, woman's face, female, adult woman, beautiful woman
man | | guy, ~men, gentleman, man's face, male, adult man
boy | | little boy, young boy
girl | | little girl, young girl
baby | | infant, newborn
old man | | grandfather, grandpa, elderly man
old woman | | grandmother, grandma, granny, old lady, elderly woman
police officer | police officer, man police officer, woman police officer | policeman, cop, \
policewoman
doctor | health worker, man health worker, woman health worker | nurse, health worker, surgeon
chef | cook, man cook, woman cook | cook
firefighter | firefighter, man firefighter, woman firefighter | fireman
astronaut | astronaut, man astronaut, woman astronaut | spaceman, cosmonaut
builder | construction worker, man construction worker, woman construction worker | construction \
worker, workman
princess
king | person with crown | ~person with crown
~santa claus | santa claus | ~santa, ~father christmas, ~saint nicholas
superhero | superhero, man superhero, woman superhero | super hero, superheroine
fairy | fairy, woman fairy
vampire | vampire, man vampire, woman vampire | dracula
mermaid
eye | | human eye
~eyes | eyes | pair of eyes
ear | | human ear
tooth | | molar
brain | | human brain
hand | raised hand, hand with fingers splayed | raised hand, open hand
~thumbs up | thumbs up | ~thumb up, ~thumbs-up
fist | raised fist, oncoming fist | raised fist, clenched fist
`,
};
