/* Rows of tables: read by number, and added up by number. */
#include "native.h"

#include <stdlib.h>

static inline int is_ids(PyArrayObject *x)
{
    return PyArray_CheckExact((PyObject *)x) && PyArray_TYPE(x) == NPY_INTP && PyArray_ISCARRAY_RO(x);
}

/* to[k] += from[k], n numbers of one of the two float types. */
static inline void add_numbers(int type, char *to, const char *from, npy_intp n)
{
    if (type == NPY_DOUBLE)
        for (npy_intp k = 0; k < n; k++)
            ((double *)to)[k] += ((const double *)from)[k];
    else
        for (npy_intp k = 0; k < n; k++)
            ((float *)to)[k] += ((const float *)from)[k];
}

/* in_range(ids, n): whether ids are an array of whole numbers from 0 to n - 1. */
PyObject *in_range(PyObject *module, PyObject *args)
{
    PyArrayObject *ids;
    Py_ssize_t n;
    if (!PyArg_ParseTuple(args, "On", &ids, &n))
        return NULL;
    if (!is_ids(ids))
        Py_RETURN_FALSE;
    const npy_intp *id = PyArray_DATA(ids);
    for (npy_intp i = 0, m = PyArray_SIZE(ids); i < m; i++)
        if (id[i] < 0 || id[i] >= n)
            Py_RETURN_FALSE;
    Py_RETURN_TRUE;
}

/* add_rows(whole, ids, rows): whole[ids] += rows, repeated ids adding up, and True; False where NumPy has to do it. */
PyObject *add_rows(PyObject *module, PyObject *args)
{
    PyArrayObject *whole, *ids, *rows;
    if (!PyArg_ParseTuple(args, "OOO", &whole, &ids, &rows))
        return NULL;
    if (!is_float_array((PyObject *)whole) || !is_float_array((PyObject *)rows) || !is_ids(ids) ||
        PyArray_DESCR(whole) != PyArray_DESCR(rows) || !PyArray_ISCARRAY(whole) || !PyArray_ISCARRAY_RO(rows) ||
        PyArray_NDIM(whole) == 0 || PyArray_DIM(whole, 0) == 0)
        Py_RETURN_FALSE;
    npy_intp n = PyArray_DIM(whole, 0), m = PyArray_SIZE(ids), width = PyArray_SIZE(whole) / n;
    if (PyArray_SIZE(rows) != m * width)
        Py_RETURN_FALSE;
    const npy_intp *id = PyArray_DATA(ids);
    for (npy_intp i = 0; i < m; i++)
        if (id[i] < -n || id[i] >= n)
            Py_RETURN_FALSE; /* NumPy says what is wrong */
    npy_intp bytes = width * PyArray_ITEMSIZE(whole);
    for (npy_intp i = 0; i < m; i++)
        add_numbers(PyArray_TYPE(whole), (char *)PyArray_DATA(whole) + (id[i] + (id[i] < 0 ? n : 0)) * bytes,
                    (const char *)PyArray_DATA(rows) + i * bytes, width);
    Py_RETURN_TRUE;
}

/* A row and where it stands. */
typedef struct {
    npy_intp row, at;
} Named;

static int by_row_then_place(const void *a, const void *b)
{
    const Named *x = a, *y = b;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* The values of rows that are named again are added to those of the first. named: in order. */
static PyObject *summed(Named *named, npy_intp m, npy_intp once, PyArrayObject *values)
{
    npy_intp dims[NPY_MAXDIMS];
    memcpy(dims, PyArray_DIMS(values), PyArray_NDIM(values) * sizeof *dims);
    dims[0] = once;
    PyArrayObject *rows = (PyArrayObject *)PyArray_SimpleNew(1, &once, NPY_INTP);
    PyArrayObject *sums = (PyArrayObject *)PyArray_SimpleNew(PyArray_NDIM(values), dims, PyArray_TYPE(values));
    if (rows == NULL || sums == NULL) {
        Py_XDECREF(rows);
        Py_XDECREF(sums);
        return NULL;
    }
    npy_intp width = PyArray_SIZE(values) / m, bytes = width * PyArray_ITEMSIZE(values), at = -1;
    for (npy_intp i = 0; i < m; i++) {
        const char *from = (const char *)PyArray_DATA(values) + named[i].at * bytes;
        if (i == 0 || named[i].row != named[i - 1].row) {
            ((npy_intp *)PyArray_DATA(rows))[++at] = named[i].row;
            memcpy((char *)PyArray_DATA(sums) + at * bytes, from, bytes);
        } else
            add_numbers(PyArray_TYPE(values), (char *)PyArray_DATA(sums) + at * bytes, from, width);
    }
    return Py_BuildValue("(NN)", rows, sums);
}

/* summed_rows(rows, values): (rows in order, their sums) if a row is named twice, True if none is; False where NumPy
   has to do it. */
PyObject *summed_rows(PyObject *module, PyObject *args)
{
    PyArrayObject *rows, *values;
    if (!PyArg_ParseTuple(args, "OO", &rows, &values))
        return NULL;
    if (!is_ids(rows) || !is_float_array((PyObject *)values) || !PyArray_ISCARRAY_RO(values) ||
        PyArray_NDIM(values) == 0 || PyArray_DIM(values, 0) != PyArray_SIZE(rows) || PyArray_SIZE(values) == 0)
        Py_RETURN_FALSE;
    npy_intp m = PyArray_SIZE(rows), once = 1;
    Named *named = PyMem_New(Named, m);
    if (named == NULL)
        return PyErr_NoMemory();
    for (npy_intp i = 0; i < m; i++)
        named[i] = (Named){((npy_intp *)PyArray_DATA(rows))[i], i};
    qsort(named, m, sizeof *named, by_row_then_place);
    for (npy_intp i = 1; i < m; i++)
        once += named[i].row != named[i - 1].row;
    PyObject *found = once == m ? Py_NewRef(Py_True) : summed(named, m, once, values);
    PyMem_Free(named);
    return found;
}
