/* Kernels on float64 arrays that NumPy has no short way to. */
#include "native.h"

/* Whether all numbers are finite: an infinite one, or NaN, makes its part of the sum NaN. */
int all_finite(PyArrayObject *x)
{
    const double *p = PyArray_DATA(x);
    Py_ssize_t n = PyArray_SIZE(x), i = 0;
    double s[8] = {0};
    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++)
            s[k] += p[i + k] * 0.0;
    for (; i < n; i++)
        s[0] += p[i] * 0.0;
    return s[0] + s[1] + s[2] + s[3] + s[4] + s[5] + s[6] + s[7] == 0.0;
}

/* Whether an array shows one number everywhere. */
static int is_one_number(PyArrayObject *x)
{
    for (int i = 0; i < PyArray_NDIM(x); i++)
        if (PyArray_STRIDE(x, i) != 0)
            return 0;
    return PyArray_SIZE(x) > 0;
}

/* A read-only view of an array over a shape that it broadcasts to. */
static PyObject *over_shape(PyArrayObject *g, int n, const npy_intp *dims)
{
    npy_intp strides[NPY_MAXDIMS];
    int lead = n - PyArray_NDIM(g), fits = lead >= 0 && n <= NPY_MAXDIMS;
    for (int i = 0; fits && i < n; i++) {
        npy_intp own = i < lead ? 1 : PyArray_DIM(g, i - lead);
        strides[i] = i < lead || own != dims[i] ? 0 : PyArray_STRIDE(g, i - lead);
        fits = own == dims[i] || own == 1;
    }
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "the array does not broadcast to the shape");
        return NULL;
    }
    PyArray_Descr *dtype = PyArray_DESCR(g);
    Py_INCREF(dtype);
    PyObject *view = PyArray_NewFromDescr(&PyArray_Type, dtype, n, dims, strides, PyArray_DATA(g), 0, NULL);
    if (view != NULL && PyArray_SetBaseObject((PyArrayObject *)view, Py_NewRef((PyObject *)g)) < 0)
        Py_CLEAR(view);
    return view;
}

/* stretched(g, shape): np.broadcast_to for an array or number, in a tenth of its time. */
PyObject *stretched(PyObject *module, PyObject *args)
{
    PyObject *given, *shape, *view = NULL;
    npy_intp dims[NPY_MAXDIMS];
    if (!PyArg_ParseTuple(args, "OO!", &given, &PyTuple_Type, &shape))
        return NULL;
    PyArrayObject *g = (PyArrayObject *)PyArray_FROM_O(given);
    int n = (int)PyTuple_GET_SIZE(shape);
    for (int i = 0; i < n && i < NPY_MAXDIMS; i++)
        dims[i] = PyLong_AsSsize_t(PyTuple_GET_ITEM(shape, i));
    if (g != NULL && !PyErr_Occurred())
        view = over_shape(g, n, dims);
    Py_XDECREF(g);
    return view;
}

/* negated(g): -g, which for one number over a shape is another one over it. */
PyObject *negated(PyObject *module, PyObject *g)
{
    if (!is_float64_array(g) || !PyArray_ISALIGNED((PyArrayObject *)g) || PyArray_NDIM((PyArrayObject *)g) == 0 ||
        !is_one_number((PyArrayObject *)g))
        return PyNumber_Negative(g);
    PyArrayObject *x = (PyArrayObject *)g;
    PyArrayObject *one = (PyArrayObject *)PyArray_SimpleNew(0, NULL, NPY_DOUBLE);
    if (one == NULL)
        return NULL;
    *(double *)PyArray_DATA(one) = -*(double *)PyArray_DATA(x);
    PyObject *view = over_shape(one, PyArray_NDIM(x), PyArray_DIMS(x));
    Py_DECREF(one);
    return view;
}

/* is_finite(x): whether all numbers of a float64 array are finite; None for an array that has gaps. */
PyObject *is_finite(PyObject *module, PyObject *x)
{
    if (is_float64_array(x) && PyArray_ISCARRAY_RO((PyArrayObject *)x))
        return PyBool_FromLong(all_finite((PyArrayObject *)x));
    if (is_float64_array(x) && PyArray_ISALIGNED((PyArrayObject *)x) && is_one_number((PyArrayObject *)x)) {
        double one = *(double *)PyArray_DATA((PyArrayObject *)x);
        return PyBool_FromLong(one - one == 0.0);
    }
    return Py_NewRef(Py_None);
}

int is_alone(PyArrayObject *g)
{
    PyObject *base = PyArray_BASE(g);
    if (Py_REFCNT(g) > 1 || !PyArray_ISWRITEABLE(g))
        return 0;
    if (base == NULL)
        return PyArray_CHKFLAGS(g, NPY_ARRAY_OWNDATA);
    return PyArray_CheckExact(base) && Py_REFCNT(base) == 1 &&
           PyArray_CHKFLAGS((PyArrayObject *)base, NPY_ARRAY_OWNDATA);
}
