-- Which currency the rate of an order is from. The shop's own currency may change; what an order was priced in does not.
ALTER TABLE orders ADD COLUMN rate_base char(3);
UPDATE orders AS o
   SET rate_base = coalesce(
           (SELECT p.base_currency FROM order_items AS i JOIN products AS p ON p.id = i.product_id
             WHERE i.order_id = o.id AND p.base_currency <> o.currency ORDER BY i.position LIMIT 1),
           (SELECT base FROM rate_sets AS s WHERE s.id = o.rate_set_id))
 WHERE rate IS NOT NULL;
ALTER TABLE orders ADD CONSTRAINT orders_rate_base CHECK ((rate IS NULL) = (rate_base IS NULL)) NOT VALID;
