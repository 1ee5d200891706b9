/** Who asks. */
export interface Principal {
  /** the same for all that is asked with one token */
  id: string
}

/** Null: nobody is known, and there are no limits of their own. The context is that of a GraphQL request. */
export type PrincipalOf = (context: object) => Principal | null

export const nobody: PrincipalOf = () => null
