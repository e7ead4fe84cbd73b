/* The fields of traced values and tapes. As Python's own slots, but a recorder in C reads them without a lookup. */
#include "native.h"

/* --- traced values --- */

static int value_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    ValueFields *v = (ValueFields *)self;
    static char *names[] = {"value", "slot", "tape", "home", NULL};
    PyObject *value, *slot, *tape, *home;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOOO", names, &value, &slot, &tape, &home))
        return -1;
    Py_XSETREF(v->value, Py_NewRef(value));
    Py_XSETREF(v->slot, Py_NewRef(slot));
    Py_XSETREF(v->tape, Py_NewRef(tape));
    Py_XSETREF(v->home, Py_NewRef(home));
    return 0;
}

static int value_traverse(PyObject *self, visitproc visit, void *arg)
{
    return visit_each(&((ValueFields *)self)->value, 4, visit, arg);
}

static int value_clear(PyObject *self)
{
    clear_each(&((ValueFields *)self)->value, 4);
    return 0;
}

static void value_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    value_clear(self);
    Py_TYPE(self)->tp_free(self);
}

static PyMemberDef value_members[] = {
    {"_value", T_OBJECT_EX, offsetof(ValueFields, value), 0, NULL},
    {"_slot", T_OBJECT_EX, offsetof(ValueFields, slot), 0, NULL},
    {"_tape", T_OBJECT_EX, offsetof(ValueFields, tape), 0, NULL},
    {"_home", T_OBJECT_EX, offsetof(ValueFields, home), 0, NULL},
    {NULL},
};

PyTypeObject ValueFieldsType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "structgrad._native.ValueFields",
    .tp_basicsize = sizeof(ValueFields),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_init = value_init,
    .tp_traverse = value_traverse,
    .tp_clear = value_clear,
    .tp_dealloc = value_dealloc,
    .tp_members = value_members,
};

PyObject *traced_value(PyTypeObject *cls, PyObject *value, PyObject *slot, PyObject *tape, PyObject *home)
{
    ValueFields *v = (ValueFields *)cls->tp_alloc(cls, 0);
    if (v == NULL)
        return NULL;
    v->value = Py_NewRef(value);
    v->slot = Py_NewRef(slot);
    v->tape = Py_NewRef(tape);
    v->home = Py_NewRef(home);
    return (PyObject *)v;
}

int has_shape(PyArrayObject *x, PyObject *shape)
{
    int n = PyArray_NDIM(x);
    if (!PyTuple_CheckExact(shape) || PyTuple_GET_SIZE(shape) != n)
        return 0;
    for (int i = 0; i < n; i++)
        if (PyLong_AsSsize_t(PyTuple_GET_ITEM(shape, i)) != PyArray_DIM(x, i))
            return 0;
    return 1;
}

PyObject *home_of_array(PyArrayObject *x)
{
    PyObject *shape = PyArray_IntTupleFromIntp(PyArray_NDIM(x), PyArray_DIMS(x));
    if (shape == NULL)
        return NULL;
    PyObject *home = PyTuple_Pack(2, shape, (PyObject *)PyArray_DESCR(x));
    Py_DECREF(shape);
    return home;
}

/* --- tapes --- */

static int tape_traverse(PyObject *self, visitproc visit, void *arg)
{
    return visit_each(&((TapeFields *)self)->edges, TAPE_FIELDS, visit, arg);
}

static int tape_clear(PyObject *self)
{
    clear_each(&((TapeFields *)self)->edges, TAPE_FIELDS);
    return 0;
}

static void tape_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    tape_clear(self);
    Py_TYPE(self)->tp_free(self);
}

static PyMemberDef tape_members[] = {
    {"edges", T_OBJECT_EX, offsetof(TapeFields, edges), 0, NULL},
    {"write", T_OBJECT_EX, offsetof(TapeFields, write), 0, NULL},
    {"next", T_OBJECT_EX, offsetof(TapeFields, next), 0, NULL},
    {"program", T_OBJECT_EX, offsetof(TapeFields, program), 0, NULL},
    {"id", T_OBJECT_EX, offsetof(TapeFields, id), 0, NULL},
    {"leaves", T_OBJECT_EX, offsetof(TapeFields, leaves), 0, NULL},
    {"function", T_OBJECT_EX, offsetof(TapeFields, function), 0, NULL},
    {"paths", T_OBJECT_EX, offsetof(TapeFields, paths), 0, NULL},
    {"selects", T_OBJECT_EX, offsetof(TapeFields, selects), 0, NULL},
    {"complex", T_OBJECT_EX, offsetof(TapeFields, has_complex), 0, NULL},
    {"held", T_OBJECT_EX, offsetof(TapeFields, held), 0, NULL},
    {NULL},
};

PyTypeObject TapeFieldsType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "structgrad._native.TapeFields",
    .tp_basicsize = sizeof(TapeFields),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = tape_traverse,
    .tp_clear = tape_clear,
    .tp_dealloc = tape_dealloc,
    .tp_members = tape_members,
};

/* --- the counter of slots --- */

static PyObject *counter_call(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *names)
{
    return PyLong_FromSsize_t(((Counter *)self)->next++);
}

static PyObject *counter_new(PyTypeObject *cls, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t first;
    if (!PyArg_ParseTuple(args, "n", &first))
        return NULL;
    Counter *self = (Counter *)cls->tp_alloc(cls, 0);
    if (self != NULL) {
        self->next = first;
        self->call = counter_call;
    }
    return (PyObject *)self;
}

PyTypeObject CounterType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "structgrad._native.Counter",
    .tp_basicsize = sizeof(Counter),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_new = counter_new,
    .tp_call = PyVectorcall_Call,
    .tp_vectorcall_offset = offsetof(Counter, call),
};

TapeFields *open_tape(PyObject *tape)
{
    TapeFields *t = (TapeFields *)tape;
    if (!Py_IS_TYPE(tape, python.tape) || t->next == NULL || t->write == NULL || t->edges == NULL)
        return NULL;
    if (!Py_IS_TYPE(t->next, &CounterType) || !PyCFunction_CheckExact(t->write))
        return NULL;
    return PyCFunction_GET_SELF(t->write) == t->edges ? t : NULL;
}
