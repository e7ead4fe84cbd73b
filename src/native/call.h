/* A function that is recorded as `call` of tape/call.py does: what caller.c makes, and call.c calls. */
#ifndef STRUCTGRAD_CALL_H
#define STRUCTGRAD_CALL_H

#include "native.h"

enum { KEPT = 8, PARAMS = 16 }; /* at most; functions with more are left to Python */

/* The pullback of one parameter, NULL if it has none, and the positions of the values it names; ~i for the shape of
   value i. */
typedef struct {
    PyObject *pull;
    int count, at[KEPT];
} Way;

typedef struct {
    PyObject_HEAD
    PyObject *rule, *function, *compute, *params, *defaults; /* compute: the function without its dispatch */
    Way *ways;
    int selects, elementwise;
} Caller;

/* Arguments laid out by position, the output behind them: owned. live: what is traced, or a list with something traced,
   borrowed, at its position. held: whether a constant was. */
typedef struct {
    PyObject *values[PARAMS + 1], *live[PARAMS], *tape;
    char held[PARAMS];
    Py_ssize_t n;
} Layout;

void drop_layout(Layout *l);
/* The place of a name among parameters, or -1. */
Py_ssize_t position_of(PyObject *params, PyObject *name);
/* Lay out all arguments: 1, or 0 where Python has to look, -1 for an error. */
int lay_out(Caller *c, Layout *l, PyObject *args, PyObject *kwargs);
/* Whether every value that a pullback names can be kept as it is, and every shape told. */
int can_keep(Caller *c, Layout *l);

static inline int is_sequence(PyObject *x)
{
    return PyList_CheckExact(x) || PyTuple_CheckExact(x);
}

#endif
