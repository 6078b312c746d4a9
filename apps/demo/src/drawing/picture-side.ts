/**
 * Side in pixels of the pictures that the embedded model makes, and at which pictures of one's own
 * are kept.
 */
export const pictureSide = 128;
