/** Constants as the types of what may replace them: `200` as number, `null` as what a nullable value may be. */
export type Widen<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T extends null
        ? string | null
        : { readonly [K in keyof T]: Widen<T[K]> };
