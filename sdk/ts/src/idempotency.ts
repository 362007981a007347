/**
 * A fresh idempotency key: 32 hexadecimal digits. Make one when the user
 * decides to do a thing, and send the same one with every try of it.
 */
export function newIdempotencyKey(): string {
  // crypto.randomUUID is missing on pages served without TLS.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
