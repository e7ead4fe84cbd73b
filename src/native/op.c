/* One use of an op, as `_Application` of transforms/custom.py: arguments whose traced leaves are of one run, and a
   value that is a number or an array. The rest is left to that one, at the door or where it turns up. */
#include "op.h"

/* The arguments flattened; NULL without an error for one that is left to Python. */
static PyObject *flattened(PyObject *args)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    PyObject *parts = PyList_New(n);
    for (Py_ssize_t k = 0; parts != NULL && k < n; k++) {
        PyObject *part = flatten(NULL, PyTuple_GET_ITEM(args, k));
        if (part == NULL || part == Py_None) {
            Py_XDECREF(part);
            Py_CLEAR(parts);
        } else
            PyList_SET_ITEM(parts, k, part);
    }
    return parts;
}

/* The one open tape that has traced leaves among the arguments, borrowed; NULL if it is none or one of several. */
static PyObject *tape_among(PyObject *parts)
{
    PyObject *tape = NULL;
    for (Py_ssize_t k = 0; k < PyList_GET_SIZE(parts); k++) {
        PyObject *leaves = leaves_of(parts, k);
        for (Py_ssize_t i = 0; i < PyList_GET_SIZE(leaves); i++) {
            ValueFields *v = (ValueFields *)PyList_GET_ITEM(leaves, i);
            if (!looks_traced((PyObject *)v))
                continue;
            if (!is_traced((PyObject *)v) || looks_traced(v->value) || (tape != NULL && tape != v->tape))
                return NULL;
            tape = v->tape;
        }
    }
    TapeFields *t = tape == NULL ? NULL : open_tape(tape);
    return t != NULL && t->program == Py_None ? tape : NULL;
}

static PyObject *lowered_leaves(PyObject *leaves)
{
    Py_ssize_t n = PyList_GET_SIZE(leaves);
    PyObject *lowered = PyList_New(n);
    for (Py_ssize_t i = 0; lowered != NULL && i < n; i++) {
        PyObject *x = PyList_GET_ITEM(leaves, i);
        PyList_SET_ITEM(lowered, i, Py_NewRef(looks_traced(x) ? ((ValueFields *)x)->value : x));
    }
    return lowered;
}

/* Fill in the arguments as they are below the tape; -1 for an error. */
static int lower(Application *a)
{
    Py_ssize_t n = PyList_GET_SIZE(a->parts);
    a->low = PyList_New(n);
    a->lowered = PyList_New(n);
    for (Py_ssize_t k = 0; a->low != NULL && a->lowered != NULL && k < n; k++) {
        PyObject *leaves = lowered_leaves(leaves_of(a->parts, k));
        PyObject *arg = leaves == NULL ? NULL : build_struct(nodes_of(a->parts, k), leaves);
        PyList_SET_ITEM(a->lowered, k, leaves);
        PyList_SET_ITEM(a->low, k, arg);
        if (arg == NULL)
            return -1;
    }
    return a->low == NULL || a->lowered == NULL ? -1 : 0;
}

/* Call the op below the tape: its value, a new reference, and in `pull` the way back. */
static PyObject *value_below(Application *a, PyObject *function)
{
    PyObject *args = PyList_AsTuple(a->low), *pair = args == NULL ? NULL : PyObject_CallObject(function, args);
    Py_XDECREF(args);
    if (pair != NULL &&
        (!PyTuple_CheckExact(pair) || PyTuple_GET_SIZE(pair) != 2 || !PyCallable_Check(PyTuple_GET_ITEM(pair, 1))))
        Py_SETREF(pair, PyObject_CallFunctionObjArgs(python.pair, a->name, pair, NULL));
    if (pair == NULL)
        return NULL;
    PyObject *value = Py_NewRef(PyTuple_GET_ITEM(pair, 0));
    a->pull = Py_NewRef(PyTuple_GET_ITEM(pair, 1));
    Py_DECREF(pair);
    return value;
}

PyObject *application_in_python(Application *a)
{
    PyObject *kwargs = PyDict_New();
    PyObject *same = kwargs == NULL ? NULL
                                    : PyObject_CallFunctionObjArgs(python.application, a->rule, a->applied, a->args,
                                                                   kwargs, a->parts, a->tape, NULL);
    Py_XDECREF(kwargs);
    return same;
}

/* Record that the traced leaves were put into a list, and give its slot. */
static PyObject *packed(Application *a)
{
    PyObject *mine = PyList_New(0), *slot = NULL;
    for (Py_ssize_t k = 0; mine != NULL && k < PyList_GET_SIZE(a->parts); k++) {
        PyObject *leaves = leaves_of(a->parts, k);
        for (Py_ssize_t i = 0; mine != NULL && i < PyList_GET_SIZE(leaves); i++)
            if (looks_traced(PyList_GET_ITEM(leaves, i)) && PyList_Append(mine, PyList_GET_ITEM(leaves, i)) < 0)
                Py_CLEAR(mine);
    }
    if (mine != NULL)
        slot = pack_items(a->tape, mine);
    Py_XDECREF(mine);
    return slot;
}

/* Whether an array is one of those that the arguments have. */
static int is_an_argument(Application *a, PyObject *y)
{
    for (Py_ssize_t k = 0; k < PyList_GET_SIZE(a->lowered); k++) {
        PyObject *leaves = PyList_GET_ITEM(a->lowered, k);
        for (Py_ssize_t i = 0; i < PyList_GET_SIZE(leaves); i++)
            if (PyList_GET_ITEM(leaves, i) == y)
                return 1;
    }
    return 0;
}

/* Write the step and give its output. */
static PyObject *written(Application *a, PyObject *value)
{
    TapeFields *t = (TapeFields *)a->tape;
    if (!(is_real(value) || is_float_array(value)) || is_an_argument(a, value) || open_tape(a->tape) == NULL) {
        PyObject *same = application_in_python(a), *out = NULL;
        if (same != NULL)
            out = PyObject_CallMethodObjArgs(same, python.written, a->low, a->lowered, value, a->pull, NULL);
        Py_XDECREF(same);
        return out;
    }
    PyObject *parent = packed(a), *slot = NULL, *out = NULL;
    Py_ssize_t number = next_slot(t);
    PyObject *parts[] = {a->rule, parent, python.tuple_home, (PyObject *)a};
    if (parent != NULL && write_edge(t, number, parts, NULL, 0) == 0 && (slot = PyLong_FromSsize_t(number)) != NULL) {
        out = traced_output(a->tape, slot, value, 1);
        if (out == NULL && !PyErr_Occurred()) { /* a view, of what Python finds out */
            PyObject *noted = Py_BuildValue("(OO{})", a->applied, a->args);
            if (noted != NULL)
                out = PyObject_CallFunctionObjArgs(python.output, a->tape, slot, value, noted, NULL);
            Py_XDECREF(noted);
        }
    }
    Py_XDECREF(parent);
    Py_XDECREF(slot);
    return out;
}

/* apply(rule, name, function, applied, args): the output of an op; NotImplemented if that is left to Python, and then
   nothing was run. */
PyObject *apply(PyObject *module, PyObject *args)
{
    PyObject *rule, *name, *function, *applied, *given, *value, *out = NULL;
    if (!PyArg_ParseTuple(args, "OOOOO!", &rule, &name, &function, &applied, &PyTuple_Type, &given))
        return NULL;
    PyObject *parts = flattened(given), *tape = parts == NULL ? NULL : tape_among(parts);
    if (tape == NULL) {
        Py_XDECREF(parts);
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_NotImplemented);
    }
    Application *a = new_application();
    if (a == NULL) {
        Py_DECREF(parts);
        return NULL;
    }
    a->rule = Py_NewRef(rule);
    a->name = Py_NewRef(name);
    a->applied = Py_NewRef(applied);
    a->args = Py_NewRef(given);
    a->parts = parts;
    a->tape = Py_NewRef(tape);
    if (lower(a) == 0 && (value = value_below(a, function)) != NULL) {
        out = written(a, value);
        Py_DECREF(value);
    }
    Py_DECREF(a);
    return out;
}
