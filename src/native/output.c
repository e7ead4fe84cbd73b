/* Traced outputs, and constants that a pullback will want. */
#include "native.h"

enum { SMALL = 4096, LARGE = 1 << 24 }; /* bytes, as in tape/hold.py */

PyObject *traced_output(PyObject *tape, PyObject *slot, PyObject *y, int fresh)
{
    if (((TapeFields *)tape)->program != Py_None)
        return NULL;
    if (is_real(y))
        return traced_value(python.traced, y, slot, tape, python.scalar_home);
    if (Py_IS_TYPE(y, &PyFloatArrType_Type))
        return traced_value(python.traced, y, slot, tape, python.scalar_home32);
    /* Memory of its own that nobody else shows. */
    if (!is_float_array(y) || PyArray_BASE((PyArrayObject *)y) != NULL || !fresh)
        return NULL;
    PyObject *home = home_of_array((PyArrayObject *)y);
    PyObject *out = home == NULL ? NULL : traced_value(python.traced_array, y, slot, tape, home);
    Py_XDECREF(home);
    return out;
}

/* The array that has the memory which x shows. */
static PyObject *memory_of(PyObject *x)
{
    while (PyArray_Check(x) && PyArray_BASE((PyArrayObject *)x) != NULL)
        x = PyArray_BASE((PyArrayObject *)x);
    return x;
}

/* Remembered on both sides, as tape/views.py does. */
PyObject *traced_view(PyObject *v, PyObject *slot, PyObject *y, PyObject *call)
{
    PyObject *tape = ((ValueFields *)v)->tape, *value = ((ValueFields *)v)->value;
    if (((TapeFields *)tape)->program != Py_None || !is_float_array(y) || !PyArray_CheckExact(value) ||
        PyArray_BASE((PyArrayObject *)y) == NULL || memory_of(y) != memory_of(value))
        return NULL;
    PyObject *home = home_of_array((PyArrayObject *)y), *origin = PyTuple_Pack(2, v, call), *out = NULL, *noted = NULL;
    if (home != NULL && origin != NULL)
        out = traced_value(python.traced_array, y, slot, tape, home);
    if (out != NULL && (PyObject_SetAttr(out, python.view, origin) < 0 ||
                        (noted = PyObject_CallFunctionObjArgs(python.add_view, v, out, NULL)) == NULL))
        Py_CLEAR(out);
    Py_XDECREF(home);
    Py_XDECREF(origin);
    Py_XDECREF(noted);
    return out;
}

/* A copy that is entered as the content of x by now. */
static PyObject *first_copy(PyObject *known, PyObject *key, PyObject *x)
{
    PyObject *copy = PyArray_NewCopy((PyArrayObject *)x, NPY_KEEPORDER);
    PyObject *entry = copy == NULL ? NULL : PyTuple_Pack(3, x, copy, Py_False);
    if (entry == NULL || PyDict_SetItem(known, key, entry) < 0)
        Py_CLEAR(copy);
    Py_XDECREF(entry);
    return copy;
}

/* As tape/hold.py says; an array that was held before is left to it. */
PyObject *held_array(PyObject *tape, PyObject *x)
{
    PyArrayObject *a = (PyArrayObject *)x;
    if (!PyArray_ISWRITEABLE(a) && PyArray_BASE(a) == NULL)
        return Py_NewRef(x);
    if (PyArray_NBYTES(a) <= SMALL)
        return PyArray_NewCopy(a, NPY_KEEPORDER);
    PyObject *copy = NULL, *known = Py_XNewRef(((TapeFields *)tape)->held), *key = NULL;
    if (PyArray_NBYTES(a) <= LARGE && known != NULL && PyDict_CheckExact(known) &&
        (key = PyLong_FromVoidPtr(x)) != NULL && PyDict_GetItemWithError(known, key) == NULL && !PyErr_Occurred())
        copy = first_copy(known, key, x);
    if (copy == NULL && !PyErr_Occurred())
        copy = PyObject_CallFunctionObjArgs(python.hold, tape, x, NULL);
    Py_XDECREF(known);
    Py_XDECREF(key);
    return copy;
}
