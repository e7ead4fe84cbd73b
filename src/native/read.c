/* v[index] where the index is whole numbers, slices and arrays of whole numbers: as tape/read.py. */
#include "native.h"

typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    PyObject *rule, *function, *pull, *slow;
} Reader;

static int is_basic_item(PyObject *x)
{
    return PyLong_CheckExact(x) || PySlice_Check(x) || x == Py_None || x == Py_Ellipsis;
}

static inline int is_integers(PyObject *x)
{
    return PyArray_CheckExact(x) && PyArray_TYPE((PyArrayObject *)x) == NPY_INTP;
}

/* Whether all parts of an index are basic, 1; basic or arrays of whole numbers, 2; or some is neither, 0. */
static int kind_of_index(PyObject *index)
{
    int kind = 1;
    if (!PyTuple_CheckExact(index))
        return is_basic_item(index) ? 1 : is_integers(index) ? 2 : 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(index); i++) {
        PyObject *part = PyTuple_GET_ITEM(index, i);
        if (is_integers(part))
            kind = 2;
        else if (!is_basic_item(part))
            return 0;
    }
    return kind;
}

/* An index as it is now. */
static PyObject *held_index(PyObject *tape, PyObject *index)
{
    if (is_integers(index))
        return held_array(tape, index);
    if (!PyTuple_CheckExact(index))
        return Py_NewRef(index);
    PyObject *now = PyTuple_New(PyTuple_GET_SIZE(index));
    for (Py_ssize_t i = 0; now != NULL && i < PyTuple_GET_SIZE(index); i++) {
        PyObject *part = PyTuple_GET_ITEM(index, i);
        part = is_integers(part) ? held_array(tape, part) : Py_NewRef(part);
        if (part == NULL)
            Py_CLEAR(now);
        else
            PyTuple_SET_ITEM(now, i, part);
    }
    return now;
}

/* Items that an index leaves out have no say, unless v is a leaf: the run selects. -1 for an error. */
static int note_selection(ValueFields *v, TapeFields *t)
{
    int is_leaf = PyLong_AsSsize_t(v->slot) < PyLong_AsSsize_t(t->leaves);
    if (!is_leaf)
        note_selects(t);
    return PyErr_Occurred() ? -1 : 0;
}

static PyObject *output(Reader *r, PyObject *v, PyObject *index, PyObject *slot, PyObject *y, int fresh)
{
    PyObject *tape = ((ValueFields *)v)->tape, *out = traced_output(tape, slot, y, fresh);
    if (out != NULL || PyErr_Occurred())
        return out;
    PyObject *noted = Py_BuildValue("(O(OO){})", r->function, v, index);
    if (noted == NULL)
        return NULL;
    if (fresh)
        out = traced_view(v, slot, y, noted);
    if (out == NULL && !PyErr_Occurred())
        out = PyObject_CallFunctionObjArgs(python.output, tape, slot, y, noted, NULL);
    Py_DECREF(noted);
    return out;
}

static PyObject *read_item(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *names)
{
    Reader *r = (Reader *)self;
    TapeFields *t;
    int kind;
    if (names != NULL || PyVectorcall_NARGS(nargsf) != 2 || !Py_IS_TYPE(args[0], python.traced_array) ||
        !is_traced(args[0]) || (kind = kind_of_index(args[1])) == 0 ||
        (t = open_tape(((ValueFields *)args[0])->tape)) == NULL || !PyArray_CheckExact(((ValueFields *)args[0])->value))
        return PyObject_Vectorcall(r->slow, args, nargsf, names);
    ValueFields *v = (ValueFields *)args[0];
    if (kind == 2 && note_selection(v, t) < 0)
        return NULL;
    PyObject *x = Py_NewRef(v->value), *index = held_index(v->tape, args[1]), *y = NULL, *out = NULL;
    if (index != NULL)
        y = PyObject_GetItem(x, index);
    if (y != NULL) {
        int fresh = Py_REFCNT(y) == 1;
        PyObject *slot = PyLong_FromSsize_t(next_slot(t)), *edge = NULL;
        if (slot != NULL)
            edge = PyTuple_Pack(6, slot, r->rule, v->slot, v->home, r->pull, index);
        if (edge != NULL && PyList_Append(t->edges, edge) == 0)
            out = output(r, args[0], index, slot, y, fresh);
        Py_XDECREF(edge);
        Py_XDECREF(slot);
        Py_DECREF(y);
    }
    Py_XDECREF(index);
    Py_DECREF(x);
    return out;
}

static int read_traverse(PyObject *self, visitproc visit, void *arg)
{
    return visit_each(&((Reader *)self)->rule, 4, visit, arg);
}

static void read_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    clear_each(&((Reader *)self)->rule, 4);
    PyObject_GC_Del(self);
}

PyTypeObject ReaderType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "structgrad._native.Reader",
    .tp_basicsize = sizeof(Reader),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_traverse = read_traverse,
    .tp_dealloc = read_dealloc,
    .tp_descr_get = bind_method,
    .tp_call = PyVectorcall_Call,
    .tp_vectorcall_offset = offsetof(Reader, call),
};

/* reader(slow, rule, function, pullback) */
PyObject *reader(PyObject *module, PyObject *args)
{
    PyObject *slow, *rule, *function, *pull;
    if (!PyArg_ParseTuple(args, "OOOO", &slow, &rule, &function, &pull))
        return NULL;
    Reader *r = PyObject_GC_New(Reader, &ReaderType);
    if (r == NULL)
        return NULL;
    r->call = read_item;
    r->rule = Py_NewRef(rule);
    r->function = Py_NewRef(function);
    r->pull = Py_NewRef(pull);
    r->slow = Py_NewRef(slow);
    PyObject_GC_Track(r);
    return (PyObject *)r;
}
