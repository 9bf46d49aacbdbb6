{
 "$asm.manifest": "http://purl.allotrope.org/manifests/spectrophotometry/BENCHLING/2023/12/spectrophotometry.manifest",
 "spectrophotometry aggregate document": {
  "data system document": {
   "file name": "export",
   "software name": "Reader",
   "software version": "1.2",
   "ASM converter name": "allotropy_x",
   "ASM converter version": "0.1"
  },
  "spectrophotometry document": [
   {
    "measurement aggregate document": {
     "measurement document": [
      {
       "measurement identifier": "measurement A 260",
       "sample document": {
        "location identifier": "A",
        "sample identifier": "EV batch 7",
        "well plate identifier": "Plate 1",
        "sample role type": "unknown sample role"
       },
       "device control aggregate document": {
        "device control document": [
         {
          "device type": "detector",
          "detector wavelength setting": {
           "value": 260,
           "unit": "nm"
          }
         }
        ]
       },
       "absorbance": {
        "value": 1.05,
        "unit": "mAU"
       },
       "compartment temperature": {
        "value": 25.0,
        "unit": "degC"
       },
       "processed data aggregate document": {
        "processed data document": [
         {
          "mass concentration": {
           "value": 52.5,
           "unit": "ng/µL"
          }
         }
        ]
       }
      }
     ],
     "experiment type": "dsDNA",
     "measurement time": "1970-01-01T00:00:00+00:00"
    }
   },
   {
    "measurement aggregate document": {
     "measurement document": [
      {
       "measurement identifier": "measurement A 280",
       "sample document": {
        "location identifier": "A",
        "sample identifier": "EV batch 7",
        "well plate identifier": "Plate 1",
        "sample role type": "unknown sample role"
       },
       "device control aggregate document": {
        "device control document": [
         {
          "device type": "detector",
          "detector wavelength setting": {
           "value": 280,
           "unit": "nm"
          }
         }
        ]
       },
       "absorbance": {
        "value": 0.5,
        "unit": "mAU"
       },
       "compartment temperature": {
        "value": 25.0,
        "unit": "degC"
       },
       "processed data aggregate document": {
        "processed data document": [
         {
          "mass concentration": {
           "value": 52.5,
           "unit": "ng/µL"
          }
         }
        ]
       }
      }
     ],
     "experiment type": "dsDNA",
     "measurement time": "1970-01-01T00:00:00+00:00"
    }
   }
  ],
  "calculated data aggregate document": {
   "calculated data document": [
    {
     "calculated data name": "A260/280",
     "calculated result": {
      "value": 2.1,
      "unit": "(unitless)"
     },
     "calculated data identifier": "A260/280 of measurement A 260",
     "data source aggregate document": {
      "data source document": [
       {
        "data source identifier": "measurement A 260",
        "data source feature": "absorbance"
       },
       {
        "data source identifier": "measurement A 280",
        "data source feature": "absorbance"
       }
      ]
     }
    }
   ]
  }
 }
}
