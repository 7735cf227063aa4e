-- A guest is known by the hash under which its carts and orders are kept. Who repeats an order whose answer was lost cannot be given the first token
-- again, because only its hash is stored: it gets another one, which stands for the same guest.
CREATE TABLE guest_tokens (
    hash       bytea PRIMARY KEY CHECK (length(hash) = 32),
    -- `guest_token_hash` of carts and orders.
    guest      bytea NOT NULL CHECK (length(guest) = 32),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX guest_tokens_of_guest ON guest_tokens (guest, created_at);

-- An order that a guest placed and took into an account has both.
DO $$
DECLARE
    exclusive name;
BEGIN
    SELECT conname INTO STRICT exclusive FROM pg_constraint
     WHERE conrelid = 'orders'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%guest_token_hash%';
    EXECUTE format('ALTER TABLE orders DROP CONSTRAINT %I', exclusive);
END
$$;
ALTER TABLE orders ADD CONSTRAINT orders_have_a_buyer CHECK (user_id IS NOT NULL OR guest_token_hash IS NOT NULL) NOT VALID;

-- The token in whose place it was given out. A token is good a second time while none of those has been used.
ALTER TABLE refresh_tokens ADD COLUMN parent bytea;
