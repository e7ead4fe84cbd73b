/* Opening and closing a run whose leaves are floats and arrays of them: as transforms/reverse.py and tape/run.py. */
#include "native.h"

/* Whether a leaf is a float, 1, or an array of floats, 2. */
static inline int plain_leaf(PyObject *x)
{
    return PyFloat_CheckExact(x) ? 1 : is_float_array(x) ? 2 : 0;
}

int all_plain(PyObject *leaves)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(leaves); i++)
        if (!plain_leaf(PyList_GET_ITEM(leaves, i)))
            return 0;
    return 1;
}

/* are_plain(leaves): whether all leaves are floats and arrays of them. */
PyObject *are_plain(PyObject *module, PyObject *leaves)
{
    return PyBool_FromLong(all_plain(leaves));
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

PyObject *trace_leaves(PyObject *leaves, PyObject *tape)
{
    Py_ssize_t n = PyList_GET_SIZE(leaves);
    PyObject *traced = PyList_New(n);
    for (Py_ssize_t i = 0; traced != NULL && i < n; i++) {
        PyObject *value = traced_leaf(PyList_GET_ITEM(leaves, i), i, tape);
        if (value == NULL)
            Py_CLEAR(traced);
        else
            PyList_SET_ITEM(traced, i, value);
    }
    return traced;
}

/* traced_leaves(leaves, tape): a traced value for each, in slots 0, 1, …; None if one is no plain leaf. */
PyObject *traced_leaves(PyObject *module, PyObject *args)
{
    PyObject *leaves, *tape;
    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &leaves, &tape))
        return NULL;
    PyObject *traced = trace_leaves(leaves, tape);
    return traced != NULL || PyErr_Occurred() ? traced : Py_NewRef(Py_None);
}

/* Whether the gradient of leaf x is made out of its cotangent without a question. */
static int is_ready(PyObject *x, PyObject *g)
{
    int kind = plain_leaf(x);
    return g == Py_None ? kind : kind == 1 ? is_real(g) : kind == 2 && PyArray_CheckExact(g);
}

/* The gradient of leaf x out of its cotangent, of which the reference is taken. */
static PyObject *finished(PyObject *x, PyObject *g)
{
    PyObject *gradient;
    PyArrayObject *a = (PyArrayObject *)x;
    if (PyFloat_CheckExact(x))
        gradient = PyFloat_FromDouble(g == Py_None ? 0.0 : PyFloat_AS_DOUBLE(g));
    else if (g == Py_None)
        gradient = PyArray_ZEROS(PyArray_NDIM(a), PyArray_DIMS(a), PyArray_TYPE(a), 0);
    else if (is_alone((PyArrayObject *)g))
        return g;
    else
        gradient = PyArray_NewCopy((PyArrayObject *)g, NPY_CORDER);
    Py_DECREF(g);
    return gradient;
}

PyObject *finish_leaves(PyObject *leaves, PyObject *bars)
{
    Py_ssize_t n = PyList_GET_SIZE(leaves);
    if (n > PyList_GET_SIZE(bars))
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++)
        if (!is_ready(PyList_GET_ITEM(leaves, i), PyList_GET_ITEM(bars, i)))
            return NULL;
    PyObject *grads = PyList_New(n);
    for (Py_ssize_t i = 0; grads != NULL && i < n; i++) {
        PyObject *g = Py_NewRef(PyList_GET_ITEM(bars, i));
        PyList_SetItem(bars, i, Py_NewRef(Py_None)); /* so that only we hold it */
        g = finished(PyList_GET_ITEM(leaves, i), g);
        if (g == NULL)
            Py_CLEAR(grads);
        else
            PyList_SET_ITEM(grads, i, g);
    }
    return grads;
}

/* finished_leaves(leaves, bars): a gradient for each leaf, which nobody else holds, and takes the cotangents; None, and
   then they stay, where Python has to do it. */
PyObject *finished_leaves(PyObject *module, PyObject *args)
{
    PyObject *leaves, *bars;
    if (!PyArg_ParseTuple(args, "O!O!", &PyList_Type, &leaves, &PyList_Type, &bars))
        return NULL;
    PyObject *grads = finish_leaves(leaves, bars);
    return grads != NULL || PyErr_Occurred() ? grads : Py_NewRef(Py_None);
}
