/** Emoji that are not for a demonstration which anybody may open. */
export const blockedEmoji =
  /middle finger|cigarette|pistol|\bbomb\b|love hotel|no one under eighteen|syringe with blood/;

const words = [
  // guns and what belongs to them; a water gun and a ray gun are toys
  "(?<!water |ray )guns?|minigun|autogun|chaingun|gunshot|rifles?|revolvers?|shotguns?|pistols?|uzi|ak47u?|mp5k?|m1|m3|m1911|m1928|grenades?|bullets?",
  "bomb|bombs|bombing|bomber|land mine|teller mine|mine explosion|brass knuckles",
  // cruelty
  "suicide|decapitation|guillotine|executioner|severed|amputation|murder|corpse|dead|slavery|whip|bleeding|bloody|blood|neck bite|backstab|stabbed|hanged|torture",
  // drugs and tobacco
  "cannabis|joint|skull with syringe|smoking|cigar|cigars|cigarettes?|drugs?",
  // what some find offensive
  "nude|naked|erotik|erotic|sexy|babe|pin ?up|nazi|swastika|hakenkreuz|lingerie|bikini|penis|breasts?|hitler|stalin|middle finger",
];

/** Likewise for packages whose names anybody could choose: silhouettes and clip art. */
export const blockedNames = new RegExp(`\\b(${words.join("|")})\\b`);
