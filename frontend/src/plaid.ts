/** The part of Plaid Link's script that Keepless uses. The script itself comes from Plaid, or from the local Plaid. */

export interface LinkError {
  readonly error_code: string;
  readonly display_message?: string | null;
}

export interface LinkHandler {
  open(): void;
  destroy(): void;
}

export interface LinkOptions {
  readonly token: string;
  /** The whole address that a bank's own page sent the person back to. Link then goes on where it was left. */
  readonly receivedRedirectUri?: string;
  onSuccess(publicToken: string): void;
  onExit(error: LinkError | null): void;
}

declare global {
  interface Window {
    readonly Plaid?: { create(options: LinkOptions): LinkHandler };
  }
}
