#pragma once
#include <time.h>

/// How many seconds the time of day is off in this process.
time_t clock_shift_seconds(void);
