/* The type of recorders, and how Python makes one from a rule. */
#include "native.h"

static int record_traverse(PyObject *self, visitproc visit, void *arg)
{
    Recorder *r = (Recorder *)self;
    Py_VISIT(r->sides[0].pull);
    Py_VISIT(r->sides[1].pull);
    return visit_each(&r->rule, 4, visit, arg);
}

static void record_dealloc(PyObject *self)
{
    Recorder *r = (Recorder *)self;
    PyObject_GC_UnTrack(self);
    Py_CLEAR(r->sides[0].pull);
    Py_CLEAR(r->sides[1].pull);
    clear_each(&r->rule, 4);
    PyObject_GC_Del(self);
}

PyTypeObject RecorderType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "structgrad._native.Recorder",
    .tp_basicsize = sizeof(Recorder),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_traverse = record_traverse,
    .tp_dealloc = record_dealloc,
    .tp_descr_get = bind_method,
    .tp_call = PyVectorcall_Call,
    .tp_vectorcall_offset = offsetof(Recorder, call),
};

/* recorder(slow, rule, compute, constant, ((pullback, positions, shared), ...)) */
PyObject *recorder(PyObject *module, PyObject *args)
{
    PyObject *slow, *rule, *function, *compute, *sides;
    int constant, trusted;
    if (!PyArg_ParseTuple(args, "OOOOpiO!", &slow, &rule, &function, &compute, &trusted, &constant, &PyTuple_Type,
                          &sides))
        return NULL;
    Recorder *r = PyObject_GC_New(Recorder, &RecorderType);
    if (r == NULL)
        return NULL;
    r->call = record;
    r->rule = Py_NewRef(rule);
    r->function = Py_NewRef(function);
    r->compute = Py_NewRef(compute);
    r->slow = Py_NewRef(slow);
    r->trusted = trusted;
    r->constant = constant;
    r->arity = (int)PyTuple_GET_SIZE(sides);
    memset(r->sides, 0, sizeof r->sides);
    for (int i = 0; i < r->arity && i < 2; i++) {
        PyObject *pull, *at;
        Side *s = &r->sides[i];
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(sides, i), "OO!p", &pull, &PyTuple_Type, &at, &s->shared))
            goto failed;
        s->pull = Py_NewRef(pull);
        s->count = (int)PyTuple_GET_SIZE(at);
        for (int k = 0; k < s->count && k < MOST; k++)
            s->at[k] = (int)PyLong_AsLong(PyTuple_GET_ITEM(at, k));
        if (s->count > MOST || PyErr_Occurred())
            goto failed;
    }
    PyObject_GC_Track(r);
    return (PyObject *)r;
failed:
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "a pullback keeps at most three values");
    Py_DECREF(r);
    return NULL;
}
