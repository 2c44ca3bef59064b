/** Names and values as they are compared: without case, accents and the difference of compatible characters. */
export function foldText(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().normalize('NFKC');
}
