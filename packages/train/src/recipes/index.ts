export { changeRecipe, type RecipeChanges } from "./change-recipe.ts";
export { partSizeFor } from "./part-size.ts";
export { type PresetName, presetNames, type Recipe } from "./recipe.ts";
export { recipeRate } from "./recipe-rate.ts";
