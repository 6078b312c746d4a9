/**
 * What people ask for first. A small model with little time to learn sees these more often
 * (`EmojiDataOptions.common`).
 */
export const commonConcepts: ReadonlySet<string> = new Set(
  [
    "banana, blueberries, cherries, coconut, grapes, green apple, kiwi fruit, lemon, mango, melon, olive, peach, pear, pineapple, red apple, strawberry, tangerine, tomato, watermelon",
    "avocado, broccoli, cucumber, ear of corn, eggplant, garlic, hot pepper, onion, potato, mushroom, bread, baguette bread, cheese wedge, croissant, egg, french fries, hamburger, hot dog, pancakes, pizza",
    "popcorn, pretzel, sandwich, taco, sushi, rice ball, birthday cake, candy, chocolate bar, cookie, cupcake, doughnut, honey pot, ice cream, lollipop, pie, soft ice cream, beer mug, hot beverage, glass of milk, wine glass",
    "bear, polar bear, cat, cat face, black cat, cow face, deer, dog, dog face, elephant, fox, giraffe, hamster, hedgehog, horse, horse face, koala, lion, monkey, monkey face, mouse face, panda, pig, pig face, rabbit face",
    "raccoon, sloth, tiger, tiger face, unicorn, wolf, zebra, kangaroo, bat, baby chick, bird, chicken, duck, eagle, flamingo, owl, parrot, peacock, penguin, swan, ant, bug, butterfly, honeybee, snail, spider",
    "crab, dolphin, jellyfish, lobster, octopus, shark, shrimp, tropical fish, blowfish, whale, spouting whale, crocodile, dragon face, lizard, sauropod, snake, t-rex, turtle, frog",
    "grinning face, smiling face with sunglasses, crying face, loudly crying face, smiling face with heart-eyes, angry face, winking face, thinking face, sleeping face, nerd face, cowboy hat face, face with tears of joy",
    "smiling face with halo, face with tongue, partying face, clown face, ghost, alien, robot, skull, pile of poo, jack-o-lantern",
    "rose, sunflower, tulip, cherry blossom, hibiscus, bouquet, cactus, deciduous tree, evergreen tree, palm tree, four leaf clover, maple leaf, seedling, christmas tree",
    "airplane, helicopter, rocket, flying saucer, ambulance, automobile, bicycle, bus, fire engine, locomotive, motorcycle, police car, racing car, taxi, tractor, train, anchor, sailboat, ship, motor boat",
    "castle, house, house with garden, church, classical building, hospital, factory, tent, ferris wheel, fountain, mountain, snow-capped mountain, volcano, desert island, beach with umbrella",
    "cloud, crescent moon, droplet, fire, full moon, full moon face, high voltage, rainbow, ringed planet, snowflake, snowman, star, glowing star, sun, sun with face, tornado, umbrella, water wave",
    "accordion, drum, guitar, trumpet, violin, microphone, headphone, bell, musical note, american football, baseball, basketball, soccer ball, tennis, volleyball, bullseye, game die, puzzle piece, teddy bear, balloon",
    "wrapped gift, crown, gem stone, ring, top hat, glasses, sunglasses, t-shirt, jeans, dress, running shoe, high-heeled shoe, backpack, handbag, necktie, scarf, gloves, hammer, axe, wrench, scissors, magnet, gear, shield",
    "light bulb, candle, camera, television, mobile phone, telephone, laptop, desktop computer, alarm clock, hourglass done, books, closed book, open book, pencil, paintbrush, artist palette, envelope, package, money bag, coin",
    "door, bed, bathtub, chair, couch and lamp, bucket, broom, soap, toothbrush, old key, locked, trophy, 1st place medal, globe showing americas, world map, compass, telescope, microscope, red heart, broken heart, sparkling heart, blue heart",
  ].flatMap((line) => line.split(", ")),
);
