-- Prices come in steps that can be charged: of thousandths the last digit is 0, and the ariary has no hundredths on cards. The same table stands in
-- Domain (Currency.chargeableStep).
CREATE FUNCTION chargeable_step(currency text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 10
                WHEN currency = 'MGA' THEN 100
                ELSE 1 END::bigint
$$;

-- What was set before is rounded as it would be when it is bought, half up.
UPDATE products
   SET base_amount = base_amount - base_amount % chargeable_step(base_currency)
                   + CASE WHEN base_amount % chargeable_step(base_currency) * 2 >= chargeable_step(base_currency)
                          THEN chargeable_step(base_currency) ELSE 0 END
 WHERE base_amount % chargeable_step(base_currency) <> 0;
UPDATE product_prices
   SET amount = amount - amount % chargeable_step(currency)
              + CASE WHEN amount % chargeable_step(currency) * 2 >= chargeable_step(currency) THEN chargeable_step(currency) ELSE 0 END
 WHERE amount % chargeable_step(currency) <> 0;

-- Every row there is holds already, so none need be read again under the lock.
ALTER TABLE products
    ADD CONSTRAINT products_price_chargeable CHECK (base_amount % chargeable_step(base_currency) = 0) NOT VALID;
ALTER TABLE product_prices
    ADD CONSTRAINT product_prices_chargeable CHECK (amount % chargeable_step(currency) = 0) NOT VALID;

-- A line and the price of one piece are each rounded to such a step, so they agree to within a step a piece. A hundred minor units are the longest.
ALTER TABLE order_items DROP CONSTRAINT order_items_total;
ALTER TABLE order_items ADD CONSTRAINT order_items_total
    CHECK (total >= 0 AND abs(total - unit_amount::numeric * quantity) <= 100 * quantity) NOT VALID;
