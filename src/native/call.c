/* Recording a function of one array and what cannot be traced, np.sum(v, axis=0): as `_of_one` of tape/call.py. */
#include "native.h"

enum { KEPT = 8, PARAMS = 16 }; /* at most; functions with more are left to Python */

typedef struct {
    PyObject_HEAD
    PyObject *rule, *function, *compute, *pull, *params, *defaults; /* compute: the function without its dispatch */
    int count, at[KEPT]; /* positions of the values that the pullback names; ~0 for the shape of the first */
    int selects;
} Caller;

static int is_static_item(PyObject *x)
{
    return PyLong_CheckExact(x) || PyFloat_CheckExact(x) || x == Py_None || PyBool_Check(x) ||
           PyUnicode_CheckExact(x) || PySlice_Check(x) || x == Py_Ellipsis;
}

/* Whether an argument is surely no array and no traced value, nor holds one. */
static int is_static(PyObject *x)
{
    if (!PyTuple_CheckExact(x))
        return is_static_item(x);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(x); i++)
        if (!is_static_item(PyTuple_GET_ITEM(x, i)))
            return 0;
    return 1;
}

static Py_ssize_t position(PyObject *params, PyObject *name)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(params); i++)
        if (PyTuple_GET_ITEM(params, i) == name || PyUnicode_Compare(PyTuple_GET_ITEM(params, i), name) == 0)
            return i;
    return -1;
}

/* Lay out the arguments by position, behind the first; 0 where Python has to look. */
static int laid_out(Caller *c, PyObject *args, PyObject *kwargs, PyObject **values)
{
    Py_ssize_t n = PyTuple_GET_SIZE(c->params), given = PyTuple_GET_SIZE(args), at = 0;
    if (given > n)
        return 0;
    for (Py_ssize_t i = 1; i < n; i++) {
        values[i] = i < given ? PyTuple_GET_ITEM(args, i) : PyTuple_GET_ITEM(c->defaults, i - 1);
        if (i < given && !is_static(values[i]))
            return 0;
    }
    PyObject *name, *value;
    while (PyDict_Next(kwargs, &at, &name, &value)) {
        Py_ssize_t i = position(c->params, name);
        if (i < 1 || !is_static(value) || PyUnicode_Compare(name, python.out) == 0 ||
            PyUnicode_Compare(name, python.where) == 0)
            return 0;
        values[i] = value;
    }
    return 1;
}

/* What the function gives with the value in place of the first argument. */
static PyObject *computed(Caller *c, PyObject *x, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    PyObject *low = PyTuple_New(n);
    if (low == NULL)
        return NULL;
    PyTuple_SET_ITEM(low, 0, Py_NewRef(x));
    for (Py_ssize_t i = 1; i < n; i++)
        PyTuple_SET_ITEM(low, i, Py_NewRef(PyTuple_GET_ITEM(args, i)));
    PyObject *y = PyObject_Call(c->compute, low, kwargs);
    Py_DECREF(low);
    return y;
}

static PyObject *kept_values(Caller *c, PyObject **values)
{
    PyObject *kept = PyTuple_New(c->count);
    for (int i = 0; kept != NULL && i < c->count; i++) {
        PyArrayObject *x = (PyArrayObject *)values[0];
        PyObject *value =
            c->at[i] >= 0 ? Py_NewRef(values[c->at[i]]) : PyArray_IntTupleFromIntp(PyArray_NDIM(x), PyArray_DIMS(x));
        if (value == NULL)
            Py_CLEAR(kept);
        else
            PyTuple_SET_ITEM(kept, i, value);
    }
    return kept;
}

/* Write the step, and give its output or outputs. */
static PyObject *written(Caller *c, ValueFields *v, TapeFields *t, PyObject *kept, PyObject *y, int fresh,
                         PyObject *args, PyObject *kwargs)
{
    PyObject *out = NULL, *noted = PyTuple_Pack(3, c->function, args, kwargs);
    if (noted == NULL)
        return NULL;
    if (PyTuple_CheckExact(y) || PyList_CheckExact(y)) {
        PyObject *edges = Py_BuildValue("[(OOOO)]", v->slot, v->home, c->pull, kept);
        if (edges != NULL)
            out = PyObject_CallFunctionObjArgs(python.unpacked, v->tape, c->rule, edges, y, noted, NULL);
        Py_XDECREF(edges);
        Py_DECREF(noted);
        return out;
    }
    PyObject *slot = PyLong_FromSsize_t(next_slot(t)), *edge = PyTuple_New(5 + c->count);
    if (slot != NULL && edge != NULL) {
        PyObject *parts[] = {slot, c->rule, v->slot, v->home, c->pull};
        for (int i = 0; i < 5; i++)
            PyTuple_SET_ITEM(edge, i, Py_NewRef(parts[i]));
        for (int i = 0; i < c->count; i++)
            PyTuple_SET_ITEM(edge, 5 + i, Py_NewRef(PyTuple_GET_ITEM(kept, i)));
        if (PyList_Append(t->edges, edge) == 0) {
            out = traced_output(v->tape, slot, y, fresh);
            if (out == NULL && !PyErr_Occurred() && fresh)
                out = traced_view((PyObject *)v, slot, y, noted);
            if (out == NULL && !PyErr_Occurred())
                out = PyObject_CallFunctionObjArgs(python.output, v->tape, slot, y, noted, NULL);
        }
    }
    Py_XDECREF(slot);
    Py_XDECREF(edge);
    Py_DECREF(noted);
    return out;
}

/* The output; NULL without an error where Python has to look. */
static PyObject *call(Caller *c, PyObject *args, PyObject *kwargs)
{
    PyObject *values[PARAMS + 1], *x, *out = NULL;
    if (PyTuple_GET_SIZE(args) == 0 || !is_traced(PyTuple_GET_ITEM(args, 0)))
        return NULL;
    ValueFields *v = (ValueFields *)PyTuple_GET_ITEM(args, 0);
    TapeFields *t = open_tape(v->tape);
    if (t == NULL || !PyArray_CheckExact(v->value) || !laid_out(c, args, kwargs, values))
        return NULL;
    x = values[0] = Py_NewRef(v->value);
    PyObject *y = values[PyTuple_GET_SIZE(c->params)] = computed(c, x, args, kwargs);
    if (y != NULL) {
        if (c->selects)
            note_selects(t);
        int fresh = Py_REFCNT(y) == 1;
        PyObject *kept = kept_values(c, values);
        if (kept != NULL) {
            out = written(c, v, t, kept, y, fresh, args, kwargs);
            Py_DECREF(kept);
        }
    }
    Py_XDECREF(y);
    Py_DECREF(x);
    return out;
}

static int caller_traverse(PyObject *self, visitproc visit, void *arg)
{
    return visit_each(&((Caller *)self)->rule, 6, visit, arg);
}

static void caller_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    clear_each(&((Caller *)self)->rule, 6);
    PyObject_GC_Del(self);
}

PyTypeObject CallerType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "structgrad._native.Caller",
    .tp_basicsize = sizeof(Caller),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = caller_traverse,
    .tp_dealloc = caller_dealloc,
};

/* caller(rule, function, compute, pullback, params, defaults, positions, selects); None for a rule that is left to
 * Python. */
PyObject *caller(PyObject *module, PyObject *args)
{
    PyObject *rule, *function, *compute, *pull, *params, *defaults, *at;
    int selects;
    if (!PyArg_ParseTuple(args, "OOOOO!O!O!p", &rule, &function, &compute, &pull, &PyTuple_Type, &params, &PyTuple_Type,
                          &defaults, &PyTuple_Type, &at, &selects))
        return NULL;
    if (PyTuple_GET_SIZE(params) > PARAMS || PyTuple_GET_SIZE(at) > KEPT)
        return Py_NewRef(Py_None);
    Caller *c = PyObject_GC_New(Caller, &CallerType);
    if (c == NULL)
        return NULL;
    c->rule = Py_NewRef(rule);
    c->function = Py_NewRef(function);
    c->compute = Py_NewRef(compute);
    c->pull = Py_NewRef(pull);
    c->params = Py_NewRef(params);
    c->defaults = Py_NewRef(defaults);
    c->selects = selects;
    c->count = (int)PyTuple_GET_SIZE(at);
    for (int i = 0; i < c->count; i++)
        c->at[i] = (int)PyLong_AsLong(PyTuple_GET_ITEM(at, i));
    PyObject_GC_Track(c);
    return (PyObject *)c;
}

/* The output; NULL without an error where Python has to look. */
PyObject *call_by(PyObject *callers, PyObject *function, PyObject *args, PyObject *kwargs)
{
    PyObject *c = PyDict_GetItemWithError(callers, function), *out = NULL;
    if (c == NULL || !Py_IS_TYPE(c, &CallerType))
        return NULL;
    Py_INCREF(c);
    out = call((Caller *)c, args, kwargs);
    Py_DECREF(c);
    return out;
}

/* call_in_c(callers, function, args, kwargs): the output, or None where Python has to look. */
PyObject *call_in_c(PyObject *module, PyObject *args)
{
    PyObject *callers, *function, *given, *kwargs;
    if (!PyArg_ParseTuple(args, "O!OO!O!", &PyDict_Type, &callers, &function, &PyTuple_Type, &given, &PyDict_Type,
                          &kwargs))
        return NULL;
    PyObject *out = call_by(callers, function, given, kwargs);
    return out != NULL || PyErr_Occurred() ? out : Py_NewRef(Py_None);
}
