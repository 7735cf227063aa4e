-- How products are searched. Texts are folded to words: lower case, without accents, split at every sign that is neither letter nor digit. All of it is
-- written with what every PostgreSQL has, so that no extension has to be installed and no superuser asked. The functions are bound to each other when they
-- are made and not by name, so that a dump of the database can be restored.
CREATE FUNCTION search_folded(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(
           regexp_replace(regexp_replace(regexp_replace(regexp_replace(
               lower(normalize(regexp_replace(normalize(coalesce(words, ''), NFKD), '[\u0300-\u036f]', '', 'g'), NFKC)),
               '[ßẞ]', 'ss', 'g'), '[æÆ]', 'ae', 'g'), '[œŒ]', 'oe', 'g'), '[þÞ]', 'th', 'g'),
           'øłđðıħŧØŁĐÐĦŦ', 'olddihtolddht');

-- A text without the signs inside its words: who types wifi, 2470mm or papers means Wi-Fi, 24-70mm and paper's.
CREATE FUNCTION search_joined(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(search_folded(words), '(?<=[[:alnum:]])[^[:alnum:][:space:]]+(?=[[:alnum:]])', '', 'g');

-- What stands between two words. In a database whose locale knows ASCII alone, every other sign counts as a letter.
CREATE FUNCTION search_gap() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN 'ж' ~ '[[:alpha:]]' THEN '[^[:alnum:]]+' ELSE '[^[:alnum:]\u0080-\U0010ffff]+' END;

-- The words of a text, each once. A lexeme has a limit; no word that somebody looks for is as long.
CREATE FUNCTION search_words(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT coalesce(array_agg(DISTINCT left(word, 100)), '{}')
      FROM regexp_split_to_table(search_folded(words), search_gap()) AS word
     WHERE word <> ''
);

-- What is left of a word when one of its letters is missing, and the word itself. Two words of which one letter is wrong, missing, too many or in its
-- neighbour's place have one of these in common. Not of short words, where that says little, nor of those with digits: 50mm is no slip of 70mm.
CREATE FUNCTION search_slips(word text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT CASE WHEN length(word) BETWEEN 4 AND 40 AND word !~ '[0-9]'
                THEN array_agg(DISTINCT '~' || left(word, place) || substr(word, place + 2)) || ('~' || word)
                ELSE '{}' END
      FROM generate_series(0, length(word) - 1) AS place
);

-- Everything by which a product is found, slips of its name with a ~ before them. In one statement: a function that is called for each row plans the
-- functions within it for each row anew.
CREATE FUNCTION product_search(sku text, name text, description text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT array_to_tsvector(array_agg(DISTINCT lexeme))
      FROM (SELECT left(word, 100) AS lexeme
              FROM (VALUES (search_folded(name)), (search_joined(name)), (search_folded(sku)), (search_joined(sku)), (search_folded(description)))
                       AS texts (text),
                   regexp_split_to_table(text, search_gap()) AS word
             WHERE word <> ''
             UNION ALL
            SELECT '~' || left(word, place) || substr(word, place + 2)
              FROM regexp_split_to_table(search_folded(name), search_gap()) AS word,
                   -- The last one leaves the word as it is.
                   generate_series(0, length(word)) AS place
             WHERE length(word) BETWEEN 4 AND 40 AND word !~ '[0-9]'
             UNION ALL
            SELECT '~') AS lexemes
);

ALTER TABLE products DROP COLUMN search;
ALTER TABLE products ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (product_search(sku, name, description)) STORED;
CREATE INDEX products_search ON products USING gin (search);

-- What people type into a search box, as a query: every word must occur, the last letters of each may be missing. Null when there is no word in it.
-- The words hold letters and digits alone, so that nothing in them has to be escaped.
CREATE OR REPLACE FUNCTION product_query(words text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT string_agg('''' || word || ''':*', ' & ')::tsquery FROM unnest(search_words(words)) AS word
);

-- The same for words in which a letter may be wrong.
CREATE FUNCTION product_query_with_slips(words text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT string_agg(
               '(''' || word || ''':*' || coalesce((SELECT string_agg(' | ''' || slip || '''', '') FROM unnest(search_slips(word)) AS slip), '') || ')',
               ' & ')::tsquery
      FROM unnest(search_words(words)) AS word
);

-- What matches the words as they are; where nothing that is sold does, what matches them with slips. Asked of the index, however many products there are.
CREATE FUNCTION product_match(words text) RETURNS tsquery
LANGUAGE sql STABLE PARALLEL SAFE SET enable_seqscan = off SET enable_indexscan = off AS $$
    SELECT CASE WHEN EXISTS (SELECT FROM products WHERE is_active AND search @@ (SELECT product_query(words)))
                THEN product_query(words) ELSE product_query_with_slips(words) END
$$;
