/** The row at the top of the README. */
export const samples: readonly string[] = [
  "red apple",
  "panda",
  "dog face",
  "butterfly",
  "bicycle",
  "sunflower",
  "guitar",
  "smiling face with sunglasses",
];

/**
 * What someone tries first: animals, food, faces, things, places, and the same thing in several
 * styles. Eight rows of eight.
 */
export const prompts: readonly string[] = [
  ...[
    "red apple",
    "banana",
    "strawberry",
    "watermelon",
    "pizza",
    "hamburger",
    "birthday cake",
    "ice cream",
  ],
  ...["dog face", "cat face", "panda", "lion", "frog", "octopus", "butterfly", "penguin"],
  ...[
    "grinning face",
    "smiling face with sunglasses",
    "crying face",
    "smiling face with heart-eyes",
    "angry face",
    "robot",
    "ghost",
    "alien",
  ],
  ...["house", "castle", "sailboat", "rocket", "automobile", "bicycle", "airplane", "train"],
  ...[
    "rose",
    "sunflower",
    "evergreen tree",
    "cactus",
    "mushroom",
    "snowman",
    "sun",
    "crescent moon",
  ],
  ...["guitar", "soccer ball", "crown", "key", "light bulb", "umbrella", "red heart", "gem stone"],
  ...[
    "a red apple, 3d render",
    "a red apple, flat emoji",
    "a red apple, shaded emoji",
    "a red apple, clip art",
  ],
  ...[
    "a rocket, 3d render",
    "a rocket, flat emoji",
    "a rocket, shaded emoji",
    "a rocket, minimal icon",
  ],
  ...[
    "two strawberries",
    "three pizzas",
    "a cat face next to a dog face",
    "a small house in the top left corner",
  ],
  ...[
    "an apple above a banana",
    "a panda on a light blue background",
    "a blue house",
    "a green apple",
  ],
];
