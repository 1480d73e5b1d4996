// What Swift cannot say about vectors, in C that is compiled with each caller's instruction set. No state.
#pragma once

typedef float vector_f4 __attribute__((ext_vector_type(4)));
typedef float vector_f8 __attribute__((ext_vector_type(8)));
typedef float vector_f16 __attribute__((ext_vector_type(16)));

#define VECTOR_INLINE static inline __attribute__((always_inline))

// Swift's SIMD.squareRoot() becomes one scalar square root a lane (Swift 6.3); these become one instruction.
VECTOR_INLINE vector_f4 vector_sqrt4(vector_f4 x) { return __builtin_elementwise_sqrt(x); }
VECTOR_INLINE vector_f8 vector_sqrt8(vector_f8 x) { return __builtin_elementwise_sqrt(x); }
VECTOR_INLINE vector_f16 vector_sqrt16(vector_f16 x) { return __builtin_elementwise_sqrt(x); }

// Vectors at any address. Swift's loadUnaligned would do, but is not always inlined (Swift 6.3), and its copy is a weak
// symbol that baseline code could be linked to.
typedef float vector_f4_anywhere __attribute__((ext_vector_type(4), aligned(4)));
typedef float vector_f8_anywhere __attribute__((ext_vector_type(8), aligned(4)));
typedef float vector_f16_anywhere __attribute__((ext_vector_type(16), aligned(4)));

VECTOR_INLINE vector_f4 vector_load4(const float *p) { return *(const vector_f4_anywhere *)p; }
VECTOR_INLINE vector_f8 vector_load8(const float *p) { return *(const vector_f8_anywhere *)p; }
VECTOR_INLINE vector_f16 vector_load16(const float *p) { return *(const vector_f16_anywhere *)p; }
VECTOR_INLINE void vector_store4(float *p, vector_f4 v) { *(vector_f4_anywhere *)p = v; }
VECTOR_INLINE void vector_store8(float *p, vector_f8 v) { *(vector_f8_anywhere *)p = v; }
VECTOR_INLINE void vector_store16(float *p, vector_f16 v) { *(vector_f16_anywhere *)p = v; }

// Whole numbers of a byte as numbers.
typedef signed char vector_b4_anywhere __attribute__((ext_vector_type(4), aligned(1)));
typedef signed char vector_b8_anywhere __attribute__((ext_vector_type(8), aligned(1)));
typedef signed char vector_b16_anywhere __attribute__((ext_vector_type(16), aligned(1)));

VECTOR_INLINE vector_f4 vector_bytes4(const signed char *p) {
    return __builtin_convertvector(*(const vector_b4_anywhere *)p, vector_f4);
}
VECTOR_INLINE vector_f8 vector_bytes8(const signed char *p) {
    return __builtin_convertvector(*(const vector_b8_anywhere *)p, vector_f8);
}
VECTOR_INLINE vector_f16 vector_bytes16(const signed char *p) {
    return __builtin_convertvector(*(const vector_b16_anywhere *)p, vector_f16);
}

// Lane by lane, entry `index % 32` of a table of 32 numbers, the first 16 in `low`.
#if defined(__AVX512F__)
typedef unsigned vector_u16 __attribute__((ext_vector_type(16)));
VECTOR_INLINE vector_f16 vector_lookup32(vector_f16 low, vector_f16 high, vector_u16 index) {
    typedef float f16 __attribute__((vector_size(64)));
    typedef int i16 __attribute__((vector_size(64)));
    return (vector_f16)__builtin_ia32_vpermi2varps512((f16)low, (i16)index, (f16)high);
}
#endif

// The microarchitecture level of this CPU that our kernels know: 4 (AVX-512), 3 (AVX2 and FMA) or 1 (baseline).
VECTOR_INLINE int vector_cpu_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    int v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    int v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return v4 ? 4 : v3 ? 3 : 1;
#else
    return 1;
#endif
}

// Denormals cost a hundred cycles each and mean nothing in a gradient: flush them on this thread (FTZ and DAZ).
// Returns the state before, for vector_restore_denormals.
VECTOR_INLINE unsigned vector_flush_denormals(void) {
#if defined(__x86_64__)
    unsigned before = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(before | 0x8040);
    return before;
#else
    return 0;
#endif
}

VECTOR_INLINE void vector_restore_denormals(unsigned before) {
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(before);
#else
    (void)before;
#endif
}

// log(1 + exp(x)) without overflow, for the cross-entropy of an event. (The C library's functions, called by name.)
VECTOR_INLINE float vector_softplus(float x) {
    float size = x < 0 ? -x : x;
    return (x > 0 ? x : 0) + __builtin_log1pf(__builtin_expf(-size));
}
