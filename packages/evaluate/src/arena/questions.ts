/** What raters can be asked about two images, as GLIDE's raters were. */
export const questions = {
  photorealism: "Which image is more photorealistic?",
  caption: "Which image matches the caption better?",
} as const;

export type Question = keyof typeof questions;

// Object.keys forgets the names
export const questionNames = Object.keys(questions) as readonly Question[];

export function isQuestion(name: unknown): name is Question {
  return typeof name === "string" && Object.hasOwn(questions, name);
}
