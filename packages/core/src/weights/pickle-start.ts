/**
 * The first byte of a binary pickle, the opcode that states its protocol: a PyTorch checkpoint that
 * is no zip archive begins with it.
 */
export const pickleStart = 0x80;
