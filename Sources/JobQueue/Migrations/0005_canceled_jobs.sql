-- Dead letters of jobs that an operator canceled say so in the spelling of everything else. They are few, and found by
-- the index of dead letters.
UPDATE jobs
   SET reason = 'canceled', fingerprint = replace(fingerprint, 'cancelled:', 'canceled:')
 WHERE state = 'dead' AND reason = 'cancelled';
