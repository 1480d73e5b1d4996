#define _GNU_SOURCE
#include "terminal.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <time.h>

struct platform_local_time platform_local_time(long long seconds_since_1970) {
    struct platform_local_time out;
    struct tm parts;
    time_t when = (time_t)seconds_since_1970;
    memset(&out, 0, sizeof out);
    memset(&parts, 0, sizeof parts);
    tzset(); /* cheap; localtime_r alone need not read TZ */
    if (localtime_r(&when, &parts) == NULL) return out;
    out.year = parts.tm_year + 1900;
    out.month = parts.tm_mon + 1;
    out.day = parts.tm_mday;
    out.hour = parts.tm_hour;
    out.minute = parts.tm_min;
    out.second = parts.tm_sec;
    out.weekday = parts.tm_wday;
    out.offset_seconds = parts.tm_gmtoff;
    for (int i = 0; i < 8 && parts.tm_zone != NULL && parts.tm_zone[i] != '\0'; i++)
        out.zone |= (unsigned long long)(unsigned char)parts.tm_zone[i] << (8 * i);
    return out;
}

int platform_terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int platform_terminal_rows(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

struct platform_space platform_space(int descriptor) {
    struct platform_space out;
    struct statvfs space;
    memset(&out, 0, sizeof out);
    if (fstatvfs(descriptor, &space) != 0) return out;
    out.total_bytes = (unsigned long long)space.f_blocks * space.f_frsize;
    out.free_bytes = (unsigned long long)space.f_bfree * space.f_frsize;
    out.available_bytes = (unsigned long long)space.f_bavail * space.f_frsize;
    out.total_inodes = space.f_files;
    out.free_inodes = space.f_ffree;
    out.known = 1;
    return out;
}
