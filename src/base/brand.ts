/** Nominal types over plain values: a `ConversationId` is a string that a checked constructor made. */
declare const brand: unique symbol;

export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
