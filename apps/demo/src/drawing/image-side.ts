/**
 * Side in pixels of the images that the embedded model makes, and at which images of one's own
 * are kept.
 */
export const imageSide = 128;
