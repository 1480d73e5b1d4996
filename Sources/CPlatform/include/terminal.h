#ifndef FORECASTD_TERMINAL_H
#define FORECASTD_TERMINAL_H

/* What a client on a terminal needs to know of its surroundings: local time, the size of the window, and the
   space of a file system. Everything is passed and returned by value, so that Swift needs no pointers for it. */

/* A moment on the clock of this host's time zone. `zone` holds the abbreviation (CET, UTC, +0330) as up to eight
   ASCII bytes, the first in the lowest byte. */
struct platform_local_time {
    int year, month, day, hour, minute, second;
    int weekday; /* 0 = Sunday */
    long long offset_seconds; /* local time minus UTC */
    unsigned long long zone;
};
struct platform_local_time platform_local_time(long long seconds_since_1970);

/* Columns and rows of the terminal behind a descriptor; 0 where there is none. */
int platform_terminal_columns(int descriptor);
int platform_terminal_rows(int descriptor);

/* Space of the file system that an open descriptor lies on, in bytes; `known` is 0 if the call failed. */
struct platform_space {
    unsigned long long total_bytes, free_bytes, available_bytes, total_inodes, free_inodes;
    int known;
};
struct platform_space platform_space(int descriptor);

#endif
