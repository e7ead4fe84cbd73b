/* One use of an op: what op.c records, and cotangents.c goes back over. */
#ifndef STRUCTGRAD_OP_H
#define STRUCTGRAD_OP_H

#include "native.h"

enum { APPLICATION_FIELDS = 9 };

typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    /* parts: (leaves, nodes) of each argument; low, lowered: the arguments below the tape, and their leaves; pull: what
       the op gave to go back */
    PyObject *rule, *name, *applied, *args, *parts, *tape, *low, *lowered, *pull;
} Application;

Application *new_application(void);
/* The same application as Python has it. */
PyObject *application_in_python(Application *a);

static inline PyObject *leaves_of(PyObject *parts, Py_ssize_t k)
{
    return PyTuple_GET_ITEM(PyList_GET_ITEM(parts, k), 0);
}

static inline PyObject *nodes_of(PyObject *parts, Py_ssize_t k)
{
    return PyTuple_GET_ITEM(PyList_GET_ITEM(parts, k), 1);
}

#endif
