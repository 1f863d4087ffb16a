/** The account of a user who connected one account of a provider. */
export const DEFAULT_ACCOUNT_ID = 'default'
