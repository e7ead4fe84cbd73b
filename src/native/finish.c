/* Opening and closing a run whose leaves are floats and arrays of them: as transforms/reverse.py and tape/run.py. */
#include "native.h"

enum { MANY = 64 }; /* leaves; for more of them a set is faster, which Python has */

/* Whether a leaf is a float, 1, or an array of floats, 2. */
static inline int plain_leaf(PyObject *x)
{
    return PyFloat_CheckExact(x) ? 1 : is_float_array(x) ? 2 : 0;
}

/* are_plain(leaves): whether all leaves are floats and arrays of them. */
PyObject *are_plain(PyObject *module, PyObject *leaves)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(leaves); i++)
        if (!plain_leaf(PyList_GET_ITEM(leaves, i)))
            Py_RETURN_FALSE;
    Py_RETURN_TRUE;
}

static PyObject *traced_leaf(PyObject *x, Py_ssize_t i, PyObject *tape)
{
    int kind = plain_leaf(x);
    PyObject *slot = PyLong_FromSsize_t(i), *home = NULL, *out = NULL;
    if (kind && slot != NULL)
        home = kind == 1 ? Py_NewRef(python.scalar_home) : home_of_array((PyArrayObject *)x);
    if (home != NULL)
        out = traced_value(kind == 1 ? python.traced : python.traced_array, x, slot, tape, home);
    Py_XDECREF(slot);
    Py_XDECREF(home);
    return out;
}

/* traced_leaves(leaves, tape): a traced value for each, in slots 0, 1, …; None if one is no plain leaf. */
PyObject *traced_leaves(PyObject *module, PyObject *args)
{
    PyObject *leaves, *tape;
    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &leaves, &tape))
        return NULL;
    Py_ssize_t n = PyList_GET_SIZE(leaves);
    PyObject *traced = PyList_New(n);
    for (Py_ssize_t i = 0; traced != NULL && i < n; i++) {
        PyObject *value = traced_leaf(PyList_GET_ITEM(leaves, i), i, tape);
        if (value == NULL) {
            Py_DECREF(traced);
            return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
        }
        PyList_SET_ITEM(traced, i, value);
    }
    return traced;
}

static inline PyObject *owner(PyObject *x)
{
    PyObject *base = PyArray_BASE((PyArrayObject *)x);
    return base == NULL ? x : base;
}

/* The memory that gradients must not share: borrowed. */
typedef struct {
    PyObject *owners[3 * MANY];
    Py_ssize_t size;
} Taken;

static int is_taken(Taken *taken, PyObject *x)
{
    for (Py_ssize_t i = 0; i < taken->size; i++)
        if (taken->owners[i] == x)
            return 1;
    return 0;
}

/* The gradient of leaf x out of its cotangent; NULL without an error where Python has to look. */
static PyObject *finished(PyObject *x, PyObject *g, Taken *taken)
{
    if (PyFloat_CheckExact(x))
        return g == Py_None ? PyFloat_FromDouble(0.0) : is_real(g) ? PyFloat_FromDouble(PyFloat_AS_DOUBLE(g)) : NULL;
    if (!is_float_array(x))
        return NULL;
    PyArrayObject *a = (PyArrayObject *)x;
    if (g == Py_None)
        return PyArray_ZEROS(PyArray_NDIM(a), PyArray_DIMS(a), PyArray_TYPE(a), 0);
    if (!PyArray_CheckExact(g))
        return NULL;
    if (is_taken(taken, owner(g)) || !PyArray_ISWRITEABLE((PyArrayObject *)g))
        return PyArray_NewCopy((PyArrayObject *)g, NPY_CORDER);
    taken->owners[taken->size++] = owner(g);
    return Py_NewRef(g);
}

/* finished_leaves(leaves, bars, seeds): a gradient for each leaf, which share memory with nothing; None where Python
   has to do it. seeds: pairs of a slot and the cotangent that was put there. */
PyObject *finished_leaves(PyObject *module, PyObject *args)
{
    PyObject *leaves, *bars, *seeds;
    Taken taken = {.size = 0};
    if (!PyArg_ParseTuple(args, "O!O!O!", &PyList_Type, &leaves, &PyList_Type, &bars, &PyList_Type, &seeds))
        return NULL;
    Py_ssize_t n = PyList_GET_SIZE(leaves), m = PyList_GET_SIZE(seeds);
    if (n > MANY || m > MANY || n > PyList_GET_SIZE(bars))
        Py_RETURN_NONE;
    for (Py_ssize_t i = 0; i < n + m; i++) {
        PyObject *x = i < n ? PyList_GET_ITEM(leaves, i) : PyTuple_GET_ITEM(PyList_GET_ITEM(seeds, i - n), 1);
        if (PyArray_CheckExact(x))
            taken.owners[taken.size++] = owner(x);
    }
    PyObject *grads = PyList_New(n);
    for (Py_ssize_t i = 0; grads != NULL && i < n; i++) {
        PyObject *g = finished(PyList_GET_ITEM(leaves, i), PyList_GET_ITEM(bars, i), &taken);
        if (g == NULL) {
            Py_DECREF(grads);
            return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
        }
        PyList_SET_ITEM(grads, i, g);
    }
    return grads;
}
